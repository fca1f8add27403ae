package dev.holdfast.redis;

import dev.holdfast.testkit.redis.RedisCommand;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells a proxy which script is called, by its file's name without ".lua". */
public final class ScriptNames {
  private static final Map<String, String> BY_DIGEST =
      Stream.of(Script.values())
          .collect(
              Collectors.toUnmodifiableMap(
                  Script::digest, script -> script.name().toLowerCase(Locale.ROOT)));

  private ScriptNames() {}

  /** Picks the calls of a script, by digest and by text: {@code calls("turn")}. */
  public static Predicate<RedisCommand> calls(String name) {
    return RedisCommand.script(Script.valueOf(name.toUpperCase(Locale.ROOT)).digest());
  }

  /** The script that the command calls, if it is one of the engine's. */
  public static Optional<String> of(RedisCommand command) {
    return command.digest().map(BY_DIGEST::get);
  }
}
