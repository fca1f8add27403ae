package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.EngineRefusedException;
import dev.holdfast.job.EngineRefusedException.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How a server is judged by its INFO text; the texts were recorded from servers, then shortened.
 */
final class ServerCheckTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  /** Redis 7.0.15 with an append-only file. */
  private static final String GOOD =
      """
      # Server
      redis_version:7.0.15
      redis_git_sha1:00000000
      redis_mode:standalone
      os:Linux 6.1.0-18-amd64 x86_64
      tcp_port:6379

      # Memory
      used_memory:1048576
      maxmemory:0
      maxmemory_human:0B
      maxmemory_policy:noeviction

      # Persistence
      loading:0
      aof_enabled:1
      aof_last_write_status:ok

      # Replication
      role:master
      connected_slaves:0
      """
          .replace("\n", "\r\n");

  private static List<String> judge(String info) {
    return new ServerCheck("db.example:6379", RedisUri.parse("redis://db.example"), info)
        .judge(NOW, NOW);
  }

  private static void assertRefused(String info, Problem problem, String... words) {
    assertThatThrownBy(() -> judge(info))
        .isInstanceOfSatisfying(
            EngineRefusedException.class, e -> assertThat(e.problem()).isEqualTo(problem))
        .hasMessageContaining("db.example:6379")
        .hasMessageContainingAll(words);
  }

  @Test
  void a_sound_server_passes_without_a_word() {
    assertThat(judge(GOOD)).isEmpty();
    assertThat(
            new ServerCheck("db.example:6379", RedisUri.parse("redis://db.example"), GOOD)
                .version())
        .isEqualTo("7.0.15");
  }

  @ParameterizedTest
  @ValueSource(strings = {"6.2.0", "6.2.14", "7.0.15", "7.4.1", "8.0.3", "10.0.0", "7.2.4-rc1"})
  void versions_from_6_2_on_pass(String version) {
    assertThat(judge(GOOD.replace("7.0.15", version))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"6.0.16", "5.0.7", "2.8.19", "6.1.240", "unstable", ""})
  void an_older_or_unreadable_version_is_refused_with_the_least_one(String version) {
    assertRefused(GOOD.replace("7.0.15", version), Problem.TOO_OLD, "6.2 or later");
  }

  @Test
  void a_text_without_a_version_is_refused() {
    assertRefused("", Problem.TOO_OLD, "6.2");
    assertRefused("# Server\r\n", Problem.TOO_OLD, "6.2");
  }

  @Test
  void valkey_passes_by_the_version_it_is_compatible_with() {
    String valkey =
        GOOD.replace(
            "redis_version:7.0.15",
            "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1");
    assertThat(judge(valkey)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"slave", "replica"})
  void a_replica_is_refused_and_the_primary_is_asked_for(String role) {
    assertRefused(GOOD.replace("role:master", "role:" + role), Problem.READ_ONLY, "primary");
  }

  @ParameterizedTest
  @ValueSource(strings = {"allkeys-lru", "volatile-ttl", "allkeys-random"})
  void an_evicting_policy_is_unsafe_and_the_fix_is_named(String policy) {
    assertThat(judge(GOOD.replace("noeviction", policy)))
        .singleElement()
        .satisfies(
            sentence ->
                assertThat(sentence)
                    .contains("maxmemory-policy is " + policy)
                    .contains("set it to noeviction"));
  }

  @Test
  void persistence_that_is_off_is_unsafe_and_the_fix_is_named() {
    assertThat(judge(GOOD.replace("aof_enabled:1", "aof_enabled:0")))
        .singleElement()
        .satisfies(sentence -> assertThat(sentence).contains("appendonly yes"));
  }

  @ParameterizedTest
  @CsvSource({"0,0", "5,0", "-5,0", "6,1", "-6,1", "86400,1"})
  void a_clock_more_than_five_seconds_away_is_told(long seconds, int sentences) {
    assertThat(
            new ServerCheck("db.example:6379", RedisUri.parse("redis://db.example"), GOOD)
                .judge(NOW.plus(Duration.ofSeconds(seconds)), NOW))
        .hasSize(sentences);
  }

  @Test
  void all_that_is_unsafe_is_told_at_once() {
    assertThat(
            judge(
                GOOD.replace("noeviction", "allkeys-lfu")
                    .replace("aof_enabled:1", "aof_enabled:0")))
        .hasSize(2);
  }
}
