package dev.holdfast.testkit.redis;

import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/**
 * Says what happens to the commands that a predicate picks, or to their replies. Made by {@link
 * RedisProxy#on}; nothing happens before one of the verbs below is called.
 *
 * <p>A verb about a reply acts on the next reply to such a command, also to one that was sent
 * before the verb was called and is not answered yet. A reply that says NOSCRIPT is passed on and
 * not counted: nothing has run, and the client will send the text.
 *
 * <p>Of several faults that fit, the one that was asked for first acts. Any number may watch.
 */
public final class ProxyRule {
  private static final byte[] NOTHING = new byte[0];

  private final RedisProxy proxy;
  private final Predicate<RedisCommand> match;
  private byte[] answer = NOTHING;
  private int skip;
  private int times = 1;

  ProxyRule(RedisProxy proxy, Predicate<RedisCommand> match) {
    this.proxy = proxy;
    this.match = match;
  }

  /**
   * Acts so many times. Default 1.
   *
   * @param value 1 or more
   * @return this rule
   * @throws IllegalArgumentException if it is less than 1
   */
  public ProxyRule times(int value) {
    if (value < 1) {
      throw new IllegalArgumentException("times must be at least 1: " + value);
    }
    times = value;
    return this;
  }

  /**
   * Acts each time, until it is released.
   *
   * @return this rule
   */
  public ProxyRule always() {
    times = Integer.MAX_VALUE;
    return this;
  }

  /**
   * Lets the first ones pass. Default 0.
   *
   * @param value how many, 0 or more
   * @return this rule
   * @throws IllegalArgumentException if it is negative
   */
  public ProxyRule skip(int value) {
    if (value < 0) {
      throw new IllegalArgumentException("skip must not be negative: " + value);
    }
    skip = value;
    return this;
  }

  /**
   * Acts only on replies with a text in them, such as the id of what they hand out. Default: on any
   * reply. Of no effect on verbs about commands.
   *
   * @param text what the reply contains as UTF-8
   * @return this rule
   */
  public ProxyRule answering(String text) {
    answer = text.getBytes(StandardCharsets.UTF_8);
    return this;
  }

  /**
   * Changes nothing, only counts the commands.
   *
   * @return to wait for a command
   */
  public ProxyFault watch() {
    return fault(ProxyFault.Kind.WATCH, NOTHING, 0);
  }

  /**
   * Changes nothing, only counts the replies.
   *
   * @return to wait for a reply
   */
  public ProxyFault watchReply() {
    return fault(ProxyFault.Kind.WATCH_REPLY, NOTHING, 0);
  }

  /**
   * Keeps the command, and what follows it on its connection, until it is released. Redis does not
   * run it before.
   *
   * @return counts what is held; to release
   */
  public ProxyFault holdCommand() {
    return fault(ProxyFault.Kind.HOLD_COMMAND, NOTHING, 0);
  }

  /**
   * Drops the command before Redis sees it, and resets its connection: the client cannot tell
   * whether it ran.
   *
   * @return counts what was lost
   */
  public ProxyFault dropCommandAndReset() {
    return fault(ProxyFault.Kind.LOSE_COMMAND_AND_RESET, NOTHING, 0);
  }

  /**
   * Keeps the reply, and what follows it on its connection, until it is released. Redis has run the
   * command.
   *
   * @return counts what is held; to release
   */
  public ProxyFault holdReply() {
    return fault(ProxyFault.Kind.HOLD_REPLY, NOTHING, 0);
  }

  /**
   * Drops the reply and everything that follows it on its connection, which stays open and silent.
   * TCP never loses one reply and delivers the next, and neither does this.
   *
   * @return counts the replies picked, not those that followed
   */
  public ProxyFault dropReply() {
    return fault(ProxyFault.Kind.DROP_REPLY, NOTHING, 0);
  }

  /**
   * Drops the reply and resets its connection.
   *
   * @return counts what was lost
   */
  public ProxyFault dropReplyAndReset() {
    return fault(ProxyFault.Kind.DROP_REPLY_AND_RESET, NOTHING, 0);
  }

  /**
   * Passes the first bytes of the reply on and then closes the connection.
   *
   * @param bytes how many, 0 or more; all of it if it is shorter
   * @return counts what was cut
   * @throws IllegalArgumentException if it is negative
   */
  public ProxyFault truncateReply(int bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes must not be negative: " + bytes);
    }
    return fault(ProxyFault.Kind.TRUNCATE_REPLY, NOTHING, bytes);
  }

  /**
   * Puts bytes before the reply, such as a reply that nobody asked for.
   *
   * @param text what to put there, with its line ends; sent as UTF-8
   * @return counts the replies that got company
   */
  public ProxyFault inject(String text) {
    return fault(ProxyFault.Kind.INJECT, text.getBytes(StandardCharsets.UTF_8), 0);
  }

  /**
   * Puts other bytes in the place of the reply.
   *
   * @param text what to send, with its line ends; sent as UTF-8
   * @return counts the replies that were replaced
   */
  public ProxyFault replaceReply(String text) {
    return fault(ProxyFault.Kind.REPLACE_REPLY, text.getBytes(StandardCharsets.UTF_8), 0);
  }

  private ProxyFault fault(ProxyFault.Kind kind, byte[] bytes, int at) {
    byte[] in = kind.ofCommand ? NOTHING : answer;
    return proxy.add(new ProxyFault(proxy, match, kind, bytes, at, in, skip, times));
  }
}
