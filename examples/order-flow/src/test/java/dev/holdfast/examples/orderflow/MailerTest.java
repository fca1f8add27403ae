package dev.holdfast.examples.orderflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.examples.orderflow.MailServer.Accepted;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MailerTest {
  private MailServer server;
  private Mailer mailer;

  @BeforeEach
  void start() {
    server = MailServer.start();
    mailer = new Mailer(server.port());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void a_mail_that_is_sent_again_has_the_same_id() throws Exception {
    mailer.review(Customer.ANNA.order(), "orders:1:ask review");
    mailer.review(Customer.ANNA.order(), "orders:1:ask review");

    Accepted mail =
        new Accepted(
            Mailer.messageId("orders:1:ask review"), "anna@customers.example", "How was it?");
    assertThat(server.accepted()).containsExactly(mail, mail);
  }

  @Test
  void the_mail_of_another_step_or_run_has_another_id() {
    assertThat(Mailer.messageId("orders:1:fulfil/confirm"))
        .matches("<[0-9a-f-]{36}@shop\\.example>")
        .isNotEqualTo(Mailer.messageId("orders:1:ask review"))
        .isNotEqualTo(Mailer.messageId("orders:2:fulfil/confirm"));
  }
}
