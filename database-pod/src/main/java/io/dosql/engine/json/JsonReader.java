package io.dosql.engine.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.util.Base64;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON document, value by value, and refuses everything that is not exactly right.
 *
 * <p>All failures are {@link DosqlException} with {@link ErrorCode#INVALID_REQUEST}; their message
 * names the path (a JSON pointer), the line and the column, and never repeats a value, which could
 * be a secret. Refused are malformed UTF-8, duplicate names, anything after the document, nesting
 * beyond {@value #MAX_DEPTH}, integers beyond 64 bits, decimals beyond a double, and halves of
 * surrogate pairs.
 *
 * <p>The reader stands on a value; each reading method checks its type and leaves the reader on the
 * value's last token. Not thread safe.
 */
public final class JsonReader {

  /** Deepest nesting of arrays and objects. */
  public static final int MAX_DEPTH = 64;

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  // The size of the whole body is bounded before it comes here.
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  /** What kind of value the reader stands on. */
  public enum Kind {
    OBJECT("an object"),
    ARRAY("an array"),
    STRING("a string"),
    INTEGER("an integer"),
    DECIMAL("a decimal number"),
    BOOLEAN("a boolean"),
    NULL("null");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  private static final Pattern INTEGER_TEXT = Pattern.compile("-?[0-9]+");

  private final byte[] document;
  private final JsonParser parser;

  private JsonReader(byte[] document, JsonParser parser) {
    this.document = document;
    this.parser = parser;
  }

  /**
   * Reads {@code document}, which must hold exactly one value.
   *
   * @param read takes the reader, standing on that value, and consumes the value
   */
  public static <T> T read(byte[] document, Function<JsonReader, T> read) {
    Utf8.check(document);
    try (JsonParser parser = FACTORY.createParser(document)) {
      JsonReader reader = new JsonReader(document, parser);
      if (reader.advance() == null) {
        throw new DosqlException(ErrorCode.INVALID_REQUEST, "The body is empty; it must be JSON.");
      }
      T result = read.apply(reader);
      if (reader.advance() != null) {
        throw reader.invalid("there is more after the end of the JSON document");
      }
      return result;
    } catch (IOException failure) {
      throw malformed(failure);
    }
  }

  /** The kind of the value that the reader stands on. */
  public Kind kind() {
    return switch (parser.currentToken()) {
      case START_OBJECT -> Kind.OBJECT;
      case START_ARRAY -> Kind.ARRAY;
      case VALUE_STRING -> Kind.STRING;
      case VALUE_NUMBER_INT -> Kind.INTEGER;
      case VALUE_NUMBER_FLOAT -> Kind.DECIMAL;
      case VALUE_TRUE, VALUE_FALSE -> Kind.BOOLEAN;
      case VALUE_NULL -> Kind.NULL;
      case END_ARRAY, END_OBJECT, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          throw new IllegalStateException("Not on a value: " + parser.currentToken());
    };
  }

  /** True on null. */
  public boolean isNull() {
    return kind() == Kind.NULL;
  }

  /** Reads an object; {@code field} is called on each value and must consume it. */
  public void object(Consumer<String> field) {
    require(Kind.OBJECT);
    while (advance() != JsonToken.END_OBJECT) {
      String name = currentName();
      advance();
      field.accept(name);
    }
  }

  /** Takes a field of an object whose type is known. */
  @FunctionalInterface
  public interface TypedField {
    /** Called on the field's value, which it must consume. */
    void take(String type, String name);
  }

  /**
   * Reads an object whose field {@code type} says what its other fields mean: it is known to {@code
   * field} from the first one on, wherever it stands.
   *
   * @return the type
   */
  public String typedObject(TypedField field) {
    require(Kind.OBJECT);
    JsonLocation begin = parser.currentTokenLocation();
    String type = null;
    while (advance() != JsonToken.END_OBJECT) {
      String name = currentName();
      advance();
      if (name.equals("type")) {
        type = string();
        continue;
      }
      if (type == null) {
        type = typeAhead((int) begin.getByteOffset());
      }
      field.take(type, name);
    }
    if (type == null) {
      throw missing("type");
    }
    return type;
  }

  /** The type of the object that begins at {@code offset}; the reader stays where it is. */
  private String typeAhead(int offset) {
    try (JsonParser ahead = FACTORY.createParser(document, offset, document.length - offset)) {
      JsonReader reader = new JsonReader(document, ahead);
      boolean _ = reader.advance() == JsonToken.START_OBJECT;
      while (reader.advance() != JsonToken.END_OBJECT) {
        boolean isType = reader.currentName().equals("type");
        reader.advance();
        if (isType && reader.kind() == Kind.STRING) {
          return reader.string();
        }
        reader.skip();
      }
    } catch (IOException failure) {
      throw malformed(failure);
    }
    throw missing("type");
  }

  /** Reads an array; {@code element} is called on each value and must consume it. */
  public void array(Runnable element) {
    require(Kind.ARRAY);
    while (advance() != JsonToken.END_ARRAY) {
      element.run();
    }
  }

  /** Reads a string. */
  public String string() {
    require(Kind.STRING);
    try {
      String text = parser.getText();
      requireWholeSurrogatePairs(text);
      return text;
    } catch (IOException failure) {
      throw malformed(failure);
    }
  }

  /** Reads a string or null. */
  public @Nullable String stringOrNull() {
    return isNull() ? null : string();
  }

  /** Reads a 64-bit integer. */
  public long integer() {
    require(Kind.INTEGER);
    try {
      if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
        throw invalid("the integer does not fit into 64 bits");
      }
      return parser.getLongValue();
    } catch (IOException failure) {
      throw malformed(failure);
    }
  }

  /** Reads a number, integer or decimal, as a double. */
  public double decimal() {
    if (kind() != Kind.INTEGER) {
      require(Kind.DECIMAL);
    }
    try {
      double value = parser.getDoubleValue();
      if (Double.isInfinite(value)) {
        throw invalid("the number is beyond the range of a 64-bit float");
      }
      if (value == 0 && !isZero(parser.getText())) {
        throw invalid("the number is too near to zero for a 64-bit float");
      }
      return value;
    } catch (IOException failure) {
      throw malformed(failure);
    }
  }

  private static boolean isZero(String number) {
    for (int i = 0; i < number.length(); i++) {
      char c = number.charAt(i);
      if (c == 'e' || c == 'E') {
        return true;
      }
      if (c >= '1' && c <= '9') {
        return false;
      }
    }
    return true;
  }

  /** Reads a boolean. */
  public boolean bool() {
    require(Kind.BOOLEAN);
    return parser.currentToken() == JsonToken.VALUE_TRUE;
  }

  /** Reads a 64-bit integer written as a string. */
  public long integerText() {
    String text = string();
    try {
      if (INTEGER_TEXT.matcher(text).matches()) {
        return Long.parseLong(text);
      }
    } catch (NumberFormatException beyond64Bits) {
      // As any other text that is none.
    }
    throw invalid("the string must be a 64-bit integer in decimal digits");
  }

  /** Reads base64 with the standard alphabet, padded or not. */
  public byte[] base64() {
    String text = string();
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException notBase64) {
      throw invalid("the string must be base64");
    }
  }

  /** Consumes a value of any kind. */
  public void skip() {
    try {
      parser.skipChildren();
    } catch (IOException failure) {
      throw malformed(failure);
    }
  }

  /** The error for a field that the request does not have; the reader stands on its value. */
  public DosqlException unknownField() {
    return invalid("there is no such field");
  }

  /** The error for a field that must be there; call it after its object was read. */
  public DosqlException missing(String field) {
    return invalid("the field '" + field + "' is missing");
  }

  /** An error about the value that the reader stands on; {@code what} has no full stop. */
  public DosqlException invalid(String what) {
    String path = parser.getParsingContext().pathAsPointer().toString();
    JsonLocation at = parser.currentTokenLocation();
    return new DosqlException(
        ErrorCode.INVALID_REQUEST,
        "At '%s' (line %d, column %d of the body): %s."
            .formatted(bounded(path), at.getLineNr(), at.getColumnNr(), what));
  }

  private void require(Kind kind) {
    Kind actual = kind();
    if (actual != kind) {
      throw invalid("must be " + kind.text + ", but is " + actual.text);
    }
  }

  private @Nullable JsonToken advance() {
    try {
      return parser.nextToken();
    } catch (IOException failure) {
      throw malformed(failure);
    }
  }

  private String currentName() {
    try {
      return parser.currentName();
    } catch (IOException failure) {
      throw malformed(failure);
    }
  }

  private void requireWholeSurrogatePairs(String text) {
    int i = 0;
    while (i < text.length()) {
      int codePoint = text.codePointAt(i);
      if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        throw invalid("the string holds half of a surrogate pair, which is no character");
      }
      i += Character.charCount(codePoint);
    }
  }

  /** Jackson's own messages quote the source, so only their gist is passed on. */
  private static DosqlException malformed(IOException failure) {
    String gist = gist(failure);
    String where = "";
    if (failure instanceof JsonProcessingException at && at.getLocation() != null) {
      where =
          " at line %d, column %d"
              .formatted(at.getLocation().getLineNr(), at.getLocation().getColumnNr());
    }
    return new DosqlException(
        ErrorCode.INVALID_REQUEST, "The body is not valid JSON%s: %s.".formatted(where, gist));
  }

  private static String gist(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    return switch (failure) {
      case JsonEOFException end -> "it ends too early";
      case StreamConstraintsException limit when message.contains("nesting depth") ->
          "arrays and objects may nest " + MAX_DEPTH + " deep (maxJsonDepth)";
      case StreamConstraintsException limit -> "a name or number in it is too long";
      case JsonProcessingException parse when message.startsWith("Duplicate") ->
          "a field appears twice in one object";
      default -> "unexpected character";
    };
  }

  private static String bounded(String path) {
    int longest = 200;
    if (path.isEmpty()) {
      return "/";
    }
    return path.length() <= longest ? path : path.substring(0, longest) + "…";
  }
}
