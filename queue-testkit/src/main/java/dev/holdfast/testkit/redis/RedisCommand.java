package dev.holdfast.testkit.redis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A command on its way through a {@link RedisProxy}, and predicates that pick one.
 *
 * <p>The predicates combine: {@code named("EVALSHA").and(mentions("orders"))}. Values are immutable
 * and may be used by any thread.
 */
public final class RedisCommand {
  private final String name;
  private final List<String> arguments;
  private final String connection;
  private final Optional<String> digest;

  RedisCommand(List<byte[]> parts, String connection) {
    this.name = text(parts.get(0)).toUpperCase(Locale.ROOT);
    this.arguments = parts.stream().skip(1).map(RedisCommand::text).toList();
    this.connection = connection;
    this.digest =
        switch (name) {
          case "EVALSHA", "EVALSHA_RO" ->
              arguments.stream().findFirst().map(digest -> digest.toLowerCase(Locale.ROOT));
          case "EVAL", "EVAL_RO" -> parts.stream().skip(1).findFirst().map(RedisCommand::sha1);
          default -> Optional.empty();
        };
  }

  /**
   * Picks commands by name.
   *
   * @param names such as {@code BLPOP}; upper and lower case are the same
   * @return a predicate for commands of one of these names
   */
  public static Predicate<RedisCommand> named(String... names) {
    List<String> upper = Arrays.stream(names).map(name -> name.toUpperCase(Locale.ROOT)).toList();
    return command -> upper.contains(command.name());
  }

  /**
   * Picks the calls of a script, by EVALSHA or by EVAL with its text.
   *
   * @param digest the SHA-1 of the script's text, in hexadecimal
   * @return a predicate for calls of this script
   */
  public static Predicate<RedisCommand> script(String digest) {
    String lower = digest.toLowerCase(Locale.ROOT);
    return command -> command.digest().filter(lower::equals).isPresent();
  }

  /**
   * Picks commands with a text in one of their arguments, such as a queue's name in a key.
   *
   * @param text what an argument contains
   * @return a predicate for commands with such an argument
   */
  public static Predicate<RedisCommand> mentions(String text) {
    return command -> command.arguments().stream().anyMatch(argument -> argument.contains(text));
  }

  /**
   * Picks commands by the connection they came over.
   *
   * @param prefix what the connection's name, given by {@code CLIENT SETNAME}, begins with
   * @return a predicate for commands of such connections
   */
  public static Predicate<RedisCommand> over(String prefix) {
    return command -> command.connection().startsWith(prefix);
  }

  /**
   * Picks every command.
   *
   * @return a predicate that is always true
   */
  public static Predicate<RedisCommand> any() {
    return command -> true;
  }

  /**
   * Gives the command's name.
   *
   * @return its first part in upper case
   */
  public String name() {
    return name;
  }

  /**
   * Gives what follows the name.
   *
   * @return each part read as UTF-8; bytes that are not are replaced
   */
  public List<String> arguments() {
    return arguments;
  }

  /**
   * Gives the name of the connection it came over.
   *
   * @return what {@code CLIENT SETNAME} gave it until then, else an empty text
   */
  public String connection() {
    return connection;
  }

  /**
   * Gives the digest of the script that it calls.
   *
   * @return SHA-1 in lower case hexadecimal; empty if it calls none
   */
  public Optional<String> digest() {
    return digest;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String sha1(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  /** The name and, of a script, its digest; no argument, for one may be a password. */
  @Override
  public String toString() {
    return digest.map(sha -> name + " " + sha.substring(0, Math.min(8, sha.length()))).orElse(name);
  }
}
