package dev.holdfast.flow;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Objects;

/**
 * A type with its arguments, where a class does not say enough: {@code new TypeRef<List<Order>>()
 * {}}. Immutable.
 *
 * @param <T> the type
 */
public abstract class TypeRef<T> {
  private final Type type;

  /** For anonymous subclasses: reads the type from what stands between the brackets. */
  protected TypeRef() {
    if (!(getClass().getGenericSuperclass() instanceof ParameterizedType own)
        || getClass().getSuperclass() != TypeRef.class) {
      throw new IllegalArgumentException(
          "a TypeRef is made as new TypeRef<List<String>>() {}, with its type between the"
              + " brackets");
    }
    this.type = own.getActualTypeArguments()[0];
  }

  private TypeRef(Type type) {
    this.type = Objects.requireNonNull(type, "type");
  }

  /** A type without arguments. */
  public static <T> TypeRef<T> of(Class<T> type) {
    return new TypeRef<>(type) {};
  }

  /** The type. */
  public Type type() {
    return type;
  }

  @Override
  public final boolean equals(Object o) {
    return o instanceof TypeRef<?> other && other.type.equals(type);
  }

  @Override
  public final int hashCode() {
    return type.hashCode();
  }

  @Override
  public String toString() {
    return type.getTypeName();
  }
}
