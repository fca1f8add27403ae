package dev.holdfast.examples.trialexpiration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.examples.trialexpiration.MailServer.Accepted;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MailerTest {
  private static final TrialStarted TRIAL =
      new TrialStarted("ada", "ada@users.example", Instant.EPOCH);

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
    mailer.trialEnds(TRIAL, "trials:1:warn");
    mailer.trialEnds(TRIAL, "trials:1:warn");

    Accepted mail =
        new Accepted(
            Mailer.messageId("trials:1:warn"), "ada@users.example", "Your trial ends in 3 days");
    assertThat(server.accepted()).containsExactly(mail, mail);
  }

  @Test
  void the_mail_of_another_step_or_run_has_another_id() {
    assertThat(Mailer.messageId("trials:1:warn"))
        .matches("<[0-9a-f-]{36}@trials\\.example>")
        .isNotEqualTo(Mailer.messageId("trials:1:expired mail"))
        .isNotEqualTo(Mailer.messageId("trials:2:warn"));
  }
}
