package dev.holdfast.examples.trialexpiration;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * An SMTP server for one run, that keeps every message it accepts, a repeated one too. It knows
 * nothing of Holdfast.
 */
final class MailServer implements AutoCloseable {
  private final GreenMail server;

  private MailServer(GreenMail server) {
    this.server = server;
  }

  /** Starts one on a free port of the loopback interface. */
  static MailServer start() {
    GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    server.start();
    return new MailServer(server);
  }

  int port() {
    return server.getSmtp().getPort();
  }

  /**
   * A message that it accepted.
   *
   * @param id its Message-ID
   */
  record Accepted(String id, String to, String subject) {}

  /** All it accepted. */
  List<Accepted> accepted() throws MessagingException {
    List<Accepted> all = new ArrayList<>();
    for (MimeMessage message : server.getReceivedMessages()) {
      all.add(
          new Accepted(
              message.getMessageID(),
              message.getAllRecipients()[0].toString(),
              message.getSubject()));
    }
    return all;
  }

  @Override
  public void close() {
    server.stop();
  }
}
