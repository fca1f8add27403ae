package dev.holdfast.redis;

/** A server's host and port. */
record Node(String host, int port) {
  /** As in a URI: an IPv6 address has brackets. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
