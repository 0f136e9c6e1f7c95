package io.dosql.engine.http;

import org.jspecify.annotations.Nullable;

/**
 * Whether the data port speaks TLS.
 *
 * @param certificates null for a port without TLS
 */
public record TlsSetting(@Nullable TlsCertificates certificates) {}
