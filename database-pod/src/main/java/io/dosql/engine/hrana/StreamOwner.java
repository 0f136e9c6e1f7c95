package io.dosql.engine.hrana;

/**
 * To whom a stream belongs: a baton works only for the same tenant and the same right to write.
 *
 * @param tenant as the client wrote it
 * @param mayWrite whether the token allows writing
 */
public record StreamOwner(String tenant, boolean mayWrite) {}
