package dev.holdfast.testkit.redis;

/**
 * One connection through a {@link RedisProxy}, to break alone. Safe for use by several threads; on
 * a connection that has ended the verbs do nothing.
 */
public final class ProxiedConnection {
  private final RedisProxy proxy;
  private final ProxyLink link;

  ProxiedConnection(RedisProxy proxy, ProxyLink link) {
    this.proxy = proxy;
    this.link = link;
  }

  /**
   * Gives the name that the client gave it with {@code CLIENT SETNAME} or {@code HELLO}.
   *
   * @return empty if it has none yet
   */
  public String name() {
    return link.name();
  }

  /**
   * Says whether the client's side is open.
   *
   * @return false once it was closed or reset
   */
  public boolean isOpen() {
    return link.isOpen();
  }

  /** Passes nothing on in either direction and tells nobody, until {@link #pass}. */
  public void blackHole() {
    proxy.change(link::blackHole);
  }

  /**
   * Passes nothing on in one direction and tells nobody, until {@link #pass}.
   *
   * @param direction which
   */
  public void blackHole(ProxyDirection direction) {
    proxy.change(() -> link.flow(direction).hole(true));
  }

  /** Ends the black hole of this connection; what was sent meanwhile goes on. */
  public void pass() {
    proxy.change(link::pass);
  }

  /** Resets both sides. */
  public void reset() {
    proxy.change(link::reset);
  }

  /**
   * Ends one direction: its receiver is told that no more comes, and nobody is told anything else.
   * See {@link RedisProxy#halfClose}.
   *
   * @param direction which
   */
  public void halfClose(ProxyDirection direction) {
    proxy.change(() -> link.halfClose(direction));
  }

  @Override
  public String toString() {
    return "ProxiedConnection[" + name() + (isOpen() ? ", open]" : ", ended]");
  }
}
