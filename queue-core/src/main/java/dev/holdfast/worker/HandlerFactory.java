package dev.holdfast.worker;

/**
 * Makes handlers, one for each attempt: the bridge to a DI container, as in {@code
 * factory(context::getBean)}. Called on the attempt's thread, by many threads at once.
 */
@FunctionalInterface
public interface HandlerFactory {
  /**
   * Returns a handler to call once. Whether it is new or shared is the factory's choice.
   *
   * @param handlerClass the class given at registration
   * @return an instance of that class, never null
   * @throws Exception any exception is a failure of the attempt
   */
  Object create(Class<?> handlerClass) throws Exception;
}
