package dev.holdfast.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.holdfast.job.InvalidHandlerException;
import dev.holdfast.job.PayloadException;
import dev.holdfast.job.PayloadException.Problem;
import dev.holdfast.spi.Codec;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * JSON by Jackson, under limits: 256 KiB unless another limit is given, 100 levels, numbers of 200
 * characters, names of 1,024.
 *
 * <p>No byte chooses a class: default typing is never on, and class names in the JSON (as {@code
 * JsonTypeInfo.Id.CLASS} would read them) are denied. Subtypes by name ({@code Id.NAME}) work.
 *
 * <p>Instants, dates and durations are ISO-8601 text. What may change in a payload class between
 * deploys is told in {@code docs/payloads.md}.
 */
public final class JacksonCodec implements Codec {
  /** The most bytes of a payload, result or checkpoint unless another limit is given: 256 KiB. */
  public static final int STANDARD_LIMIT = 256 * 1024;

  private static final int MOST = JsonLimits.DOCUMENT;

  private final ObjectMapper mapper;
  private final int limit;

  /** One for each type that is read: those of handlers, and of what they keep. */
  private final Map<Type, ObjectReader> readers = new ConcurrentHashMap<>();

  private JacksonCodec(ObjectMapper mapper, int limit) {
    if (limit < 1 || limit > MOST) {
      throw new InvalidHandlerException(
          "the codec's limit is " + limit + " bytes; it must be 1 to " + MOST);
    }
    this.limit = limit;
    this.mapper =
        mapper
            .setPolymorphicTypeValidator(BasicPolymorphicTypeValidator.builder().build())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }

  /** The codec used when none is given: strict settings, at most 256 KiB. */
  public static JacksonCodec strict() {
    return strict(STANDARD_LIMIT);
  }

  /**
   * The strict codec with another limit.
   *
   * @param limit the most bytes of a payload, result or checkpoint, 1 to 1,048,576
   * @throws InvalidHandlerException if the limit is out of range
   */
  public static JacksonCodec strict(int limit) {
    JsonMapper mapper =
        JsonMapper.builder(JsonLimits.factory(JsonLimits.read(limit)))
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            // An offset that was written is an offset that was meant.
            .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            // 1.5 read into an int would become 1 without a word.
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE)
            .build();
    return new JacksonCodec(mapper, limit);
  }

  /**
   * A codec with an application's own mapper, at most 256 KiB.
   *
   * @see #of(ObjectMapper, int)
   */
  public static JacksonCodec of(ObjectMapper mapper) {
    return of(mapper, STANDARD_LIMIT);
  }

  /**
   * A codec with an application's own mapper. It is copied: its modules and settings stay, the
   * limits of this class are put on the copy, unknown fields are ignored, what follows a value is
   * an error, and class names in the JSON are denied.
   *
   * @param limit the most bytes of a payload, result or checkpoint, 1 to 1,048,576
   * @throws InvalidHandlerException if the mapper has default typing on (a payload could then
   *     choose the class that is created), writes another format than JSON, or cannot be copied
   */
  public static JacksonCodec of(ObjectMapper mapper, int limit) {
    if (mapper.getSerializationConfig().getDefaultTyper(mapper.constructType(Object.class)) != null
        || mapper.getDeserializationConfig().getDefaultTyper(mapper.constructType(Object.class))
            != null) {
      throw new InvalidHandlerException(
          "the mapper has default typing on, so that a stored payload could choose the class that"
              + " is created; use a mapper without activateDefaultTyping, and @JsonTypeInfo with"
              + " names on the classes that need it");
    }
    if (!JsonFactory.FORMAT_NAME_JSON.equals(mapper.getFactory().getFormatName())) {
      throw new InvalidHandlerException(
          "the mapper writes " + mapper.getFactory().getFormatName() + "; payloads are JSON");
    }
    ObjectMapper own;
    try {
      own = mapper.copy();
    } catch (RuntimeException e) {
      throw new InvalidHandlerException(
          "the mapper of "
              + mapper.getClass()
              + " cannot be copied; its class must override copy()",
          e);
    }
    own.getFactory()
        .setStreamReadConstraints(JsonLimits.read(limit))
        .setStreamWriteConstraints(JsonLimits.WRITE);
    return new JacksonCodec(own, limit);
  }

  @Override
  public byte[] encode(String what, Object value) {
    Objects.requireNonNull(value, what);
    BoundedBytes bytes = new BoundedBytes(limit);
    try (JsonGenerator generator = mapper.getFactory().createGenerator(bytes)) {
      // Closing must not write brackets that are missing after an error: they would be counted.
      generator.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
      mapper.writeValue(generator, value);
    } catch (BoundedBytes.Endless e) {
      throw tooLarge(what, value, "more than " + bytes.count());
    } catch (StackOverflowError e) {
      throw new PayloadException(
          Problem.TOO_DEEP,
          what + " of " + value.getClass().getName() + " is nested too deep, or holds itself",
          e);
    } catch (IOException | RuntimeException e) {
      throw notWritten(what, value, bytes, e);
    }
    if (bytes.overflowed()) {
      throw tooLarge(what, value, String.valueOf(bytes.count()));
    }
    byte[] json = bytes.toByteArray();
    if (JsonText.hasHalfPair(json)) {
      throw new PayloadException(
          Problem.NOT_SERIALIZABLE,
          what
              + " of "
              + value.getClass().getName()
              + " holds half of a surrogate pair, which is no text: cut strings by code points",
          null);
    }
    if (isNull(json)) {
      throw new PayloadException(
          Problem.NOT_SERIALIZABLE,
          what + " of " + value.getClass().getName() + " is written as null",
          null);
    }
    return json;
  }

  private PayloadException notWritten(
      String what, Object value, BoundedBytes bytes, Exception thrown) {
    if (causedBy(BoundedBytes.Endless.class, thrown)) {
      return tooLarge(what, value, "more than " + bytes.count());
    }
    if (causedBy(StreamConstraintsException.class, thrown)
        || causedBy(StackOverflowError.class, thrown)) {
      return new PayloadException(
          Problem.TOO_DEEP,
          what
              + " of "
              + value.getClass().getName()
              + " is nested deeper than "
              + JsonLimits.DEPTH
              + " levels, or holds itself",
          thrown);
    }
    return new PayloadException(
        Problem.NOT_SERIALIZABLE,
        what + " of " + value.getClass().getName() + " cannot be written as JSON: " + why(thrown),
        thrown);
  }

  private PayloadException tooLarge(String what, Object value, String size) {
    return new PayloadException(
        Problem.TOO_LARGE,
        what
            + " of "
            + value.getClass().getName()
            + " has "
            + size
            + " bytes of JSON; at most "
            + limit
            + ". Store large data elsewhere and enqueue a reference to it",
        null);
  }

  @Override
  public Object decode(String what, byte[] json, Type type) {
    if (json.length > MOST) {
      throw unreadable(what, type, "it has " + json.length + " bytes; at most " + MOST, null);
    }
    Object value;
    try {
      value = reader(type).readValue(json);
    } catch (StackOverflowError e) {
      throw new PayloadException(
          Problem.TOO_DEEP, what + " is nested too deep for " + type.getTypeName(), e);
    } catch (IOException | RuntimeException e) {
      if (causedBy(StackOverflowError.class, e)) {
        throw new PayloadException(
            Problem.TOO_DEEP, what + " is nested too deep for " + type.getTypeName(), e);
      }
      throw unreadable(what, type, why(e), e);
    }
    if (value == null) {
      throw unreadable(what, type, "it is null", null);
    }
    return value;
  }

  private ObjectReader reader(Type type) {
    ObjectReader known = readers.get(type);
    return known != null
        ? known
        : readers.computeIfAbsent(type, t -> mapper.readerFor(mapper.constructType(t)));
  }

  private static PayloadException unreadable(
      String what, Type type, String why, @Nullable Throwable cause) {
    return new PayloadException(
        Problem.UNREADABLE, what + " cannot be read as " + type.getTypeName() + ": " + why, cause);
  }

  private static boolean isNull(byte[] json) {
    return json.length == 4 && json[0] == 'n';
  }

  private static String why(Throwable thrown) {
    String message =
        thrown instanceof JsonProcessingException e ? e.getOriginalMessage() : thrown.toString();
    String text = String.valueOf(message);
    return text.length() > 300 ? text.substring(0, 300) + "…" : text;
  }

  private static boolean causedBy(Class<? extends Throwable> type, Throwable thrown) {
    Throwable cause = thrown;
    // A chain of causes may be a ring; Jackson's are short.
    for (int i = 0; i < 20 && cause != null; i++) {
      if (type.isInstance(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
