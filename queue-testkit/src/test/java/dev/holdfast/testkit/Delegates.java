package dev.holdfast.testkit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.UnaryOperator;

/** Stands before a part of an engine and sees its answers. */
final class Delegates {
  private Delegates() {}

  /** Calls another object, and gives what is made of its answer. */
  static <T> T delegate(Class<T> type, T to, UnaryOperator<Object> answer) {
    return type.cast(
        Proxy.newProxyInstance(
            Delegates.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> {
              try {
                return answer.apply(method.invoke(to, args));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
