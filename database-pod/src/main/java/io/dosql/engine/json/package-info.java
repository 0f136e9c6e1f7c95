/**
 * Strict reading and direct writing of JSON: what arrives is checked to the last character, what
 * leaves is encoded straight into one buffer. Entry points: {@link
 * io.dosql.engine.json.JsonReader}, {@link io.dosql.engine.json.JsonWriter}. A leaf but for {@code
 * error}.
 */
@NullMarked
package io.dosql.engine.json;

import org.jspecify.annotations.NullMarked;
