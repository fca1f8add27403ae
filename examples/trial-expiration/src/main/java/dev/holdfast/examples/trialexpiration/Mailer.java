package dev.holdfast.examples.trialexpiration;

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
  static final String TRIAL_ENDS = "Your trial ends in 3 days";
  static final String TRIAL_EXPIRED = "Your trial has ended";

  private static final String DOMAIN = "trials.example";

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

  void trialEnds(TrialStarted trial, String idempotencyKey) throws MessagingException {
    send(trial.address(), TRIAL_ENDS, "It ends at " + trial.endsAt() + ".", idempotencyKey);
  }

  void trialExpired(TrialStarted trial, String idempotencyKey) throws MessagingException {
    send(trial.address(), TRIAL_EXPIRED, "You are on the free plan now.", idempotencyKey);
  }

  private void send(String to, String subject, String text, String idempotencyKey)
      throws MessagingException {
    Message message = new Identified(session, messageId(idempotencyKey));
    message.setFrom(new InternetAddress("billing@" + DOMAIN));
    message.setRecipient(Message.RecipientType.TO, new InternetAddress(to));
    message.setSubject(subject);
    message.setText(text);
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
