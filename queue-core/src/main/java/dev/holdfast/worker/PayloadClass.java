package dev.holdfast.worker;

import dev.holdfast.job.BatchHandler;
import dev.holdfast.job.InvalidHandlerException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the payload class of a handler class: the first type argument of {@code JobHandler}, {@code
 * ResultHandler} or {@code BatchHandler}, through any depth of superclasses and interfaces.
 */
final class PayloadClass {
  private PayloadClass() {}

  /**
   * The payload's type as it is declared.
   *
   * @param handler the handler's class
   * @param contract JobHandler, ResultHandler or BatchHandler
   * @throws InvalidHandlerException if the class does not say
   */
  static Type of(Class<?> handler, Class<?> contract) {
    Type found = search(handler, Map.of(), contract);
    if (found != null && raw(found) != null) {
      return found;
    }
    String why;
    if (handler.isSynthetic() || handler.isHidden()) {
      why = "it is a lambda or method reference, and those do not keep their payload class";
    } else if (found == null) {
      why = "it uses " + contract.getSimpleName() + " without a type argument";
    } else {
      why = "its type argument " + found.getTypeName() + " is no class";
    }
    throw new InvalidHandlerException(
        "cannot find the payload class of handler "
            + handler.getName()
            + ": "
            + why
            + "; register it as "
            + (contract == BatchHandler.class
                ? "batchHandler(Payload.class, batch, handler)"
                : "handler(Payload.class, handler)"));
  }

  /** The class of a type, or null if it is none. */
  static @Nullable Class<?> raw(Type type) {
    if (type instanceof Class<?> c) {
      return c;
    }
    if (type instanceof ParameterizedType p && p.getRawType() instanceof Class<?> c) {
      return c;
    }
    return null;
  }

  private static @Nullable Type search(
      Type at, Map<TypeVariable<?>, Type> bound, Class<?> contract) {
    Class<?> raw = raw(at);
    if (raw == null || !contract.isAssignableFrom(raw)) {
      return null;
    }
    Map<TypeVariable<?>, Type> here = new HashMap<>();
    if (at instanceof ParameterizedType p) {
      TypeVariable<?>[] names = raw.getTypeParameters();
      Type[] arguments = p.getActualTypeArguments();
      for (int i = 0; i < names.length; i++) {
        here.put(names[i], bound.getOrDefault(arguments[i], arguments[i]));
      }
    }
    if (raw == contract) {
      return here.get(contract.getTypeParameters()[0]);
    }
    for (Type parent : raw.getGenericInterfaces()) {
      Type found = search(parent, here, contract);
      if (found != null) {
        return found;
      }
    }
    Type parent = raw.getGenericSuperclass();
    return parent == null ? null : search(parent, here, contract);
  }
}
