package dev.holdfast.examples.orderflow;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.UUID;

/**
 * Sends mail by SMTP. Safe for use by many threads.
 *
 * <p>SMTP has no idempotency key: a message whose sender died before it knew is sent again. But
 * each message has an id, and mailboxes drop a second one of the same id (RFC 7352). So the id is
 * made of the step's key, the same at every attempt, and the reader sees the mail once.
 */
final class Mailer {
  static final String CONFIRMED = "Your order is confirmed";
  static final String DECLINED = "Your card was declined";
  static final String REFUSED = "We cannot deliver your order";
  static final String REVIEW = "How was it?";

  private static final String DOMAIN = "shop.example";

  /** Long for a server that is there, and short enough for a step to be attempted again. */
  private static final String PATIENCE_MS = "10000";

  private final Session session;

  /** Sends by the server at this port of the loopback interface. */
  Mailer(int port) {
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.host", "127.0.0.1");
    properties.setProperty("mail.smtp.port", String.valueOf(port));
    properties.setProperty("mail.smtp.localhost", "localhost"); // else it asks for the host's name
    properties.setProperty("mail.smtp.connectiontimeout", PATIENCE_MS);
    properties.setProperty("mail.smtp.timeout", PATIENCE_MS);
    properties.setProperty("mail.smtp.writetimeout", PATIENCE_MS);
    this.session = Session.getInstance(properties);
  }

  void confirmed(PlaceOrder order, long cents, String idempotencyKey) throws MessagingException {
    send(order, CONFIRMED, "We charged " + cents + " cents.", idempotencyKey);
  }

  void declined(PlaceOrder order, String idempotencyKey) throws MessagingException {
    send(order, DECLINED, "Please order again with another card.", idempotencyKey);
  }

  void refused(PlaceOrder order, String idempotencyKey) throws MessagingException {
    send(order, REFUSED, "Nothing was charged.", idempotencyKey);
  }

  void review(PlaceOrder order, String idempotencyKey) throws MessagingException {
    send(order, REVIEW, "Tell others what you think of it.", idempotencyKey);
  }

  private void send(PlaceOrder order, String subject, String text, String idempotencyKey)
      throws MessagingException {
    Message message = new Identified(session, messageId(idempotencyKey));
    message.setFrom(new InternetAddress("orders@" + DOMAIN));
    message.setRecipient(Message.RecipientType.TO, new InternetAddress(order.address()));
    message.setSubject(subject);
    message.setText("Order " + order.orderId() + ". " + text);
    Transport.send(message);
  }

  /** The id of the message of a step. Hashed: a step's name may have what an id may not. */
  static String messageId(String idempotencyKey) {
    byte[] key = idempotencyKey.getBytes(StandardCharsets.UTF_8);
    return "<" + UUID.nameUUIDFromBytes(key) + "@" + DOMAIN + ">";
  }

  /** A message that keeps its id: a plain one is given another whenever it is saved. */
  private static final class Identified extends MimeMessage {
    private final String id;

    Identified(Session session, String id) {
      super(session);
      this.id = id;
    }

    @Override
    protected void updateMessageID() throws MessagingException {
      setHeader("Message-ID", id);
    }
  }
}
