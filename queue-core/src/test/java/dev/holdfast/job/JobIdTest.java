package dev.holdfast.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Group;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class JobIdTest {
  private static final String KEY = "01J9ZQ4K7MX3V5T8B2N6C1D0EF";

  @Test
  void is_written_and_read_as_queue_partition_key() {
    JobId id = JobId.parse("mail~0~" + KEY);
    assertThat(id).isEqualTo(new JobId("mail", 0, KEY)).hasToString("mail~0~" + KEY);
  }

  @Property
  boolean reads_what_it_writes(
      @ForAll @IntRange(min = 0, max = 1023) int partition, @ForAll long seed) {
    Random random = new Random(seed);
    String key = new JobKeys(InstantSource.fixed(Instant.ofEpochMilli(1)), random).next();
    JobId id = new JobId("a.b_c-D9", partition, key);
    return JobId.parse(id.toString()).equals(id);
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        "mail",
        "~~",
        "mail~0",
        "mail~0~",
        "mail~~" + KEY,
        "~0~" + KEY,
        "mail~-1~" + KEY,
        "mail~1024~" + KEY,
        "mail~99999~" + KEY,
        "mail~99999999999999999999~" + KEY,
        "mail~x~" + KEY,
        "mail~٣~" + KEY, // a digit, but not one of ours
        "mail~0~" + KEY + "0",
        "mail~0~01J9ZQ4K7MX3V5T8B2N6C1D0E",
        "mail~0~01j9zq4k7mx3v5t8b2n6c1d0ef",
        "mail~0~01J9ZQ4K7MX3V5T8B2N6C1D0EI",
        "mail~0~01J9ZQ4K7MX3V5T8B2N6C1D0E\n",
        "ma}il~0~" + KEY,
        "*~0~" + KEY,
        "mail~0~" + KEY + "\r\nDEL x",
        "\u0000~0~" + KEY
      })
  void what_is_no_id_is_refused(String text) {
    assertThatExceptionOfType(InvalidNameException.class).isThrownBy(() -> JobId.parse(text));
  }

  @Test
  void a_very_long_text_is_refused_with_a_short_message() {
    assertThatExceptionOfType(InvalidNameException.class)
        .isThrownBy(() -> JobId.parse("mail~0~" + "0".repeat(1_000_000)))
        .satisfies(thrown -> assertThat(thrown.getMessage()).hasSizeLessThan(300));
  }

  @Nested
  @Group
  class Keys {
    @Test
    void hold_the_instant_they_were_made() {
      Instant made = Instant.parse("2026-03-01T10:15:30.123Z");
      String key = new JobKeys(InstantSource.fixed(made), new Random(1)).next();
      assertThat(JobId.isKey(key)).isTrue();
      assertThat(JobKeys.instantOf(key)).isEqualTo(made);
    }

    @Property
    boolean sort_by_time(
        @ForAll @LongRange(min = 0, max = (1L << 48) - 1) long a,
        @ForAll @LongRange(min = 0, max = (1L << 48) - 1) long b,
        @ForAll long seed) {
      Random random = new Random(seed);
      String first = new JobKeys(InstantSource.fixed(Instant.ofEpochMilli(a)), random).next();
      String second = new JobKeys(InstantSource.fixed(Instant.ofEpochMilli(b)), random).next();
      return a == b || Integer.signum(first.compareTo(second)) == Long.signum(Long.compare(a, b));
    }

    @Test
    void of_one_instant_rise() {
      JobKeys keys = new JobKeys(InstantSource.fixed(Instant.EPOCH), new Random(42));
      String before = keys.next();
      for (int i = 0; i < 50_000; i++) {
        String next = keys.next();
        assertThat(next).isGreaterThan(before);
        before = next;
      }
    }

    @Test
    void of_two_makers_at_one_instant_differ() {
      Set<String> seen = new HashSet<>();
      for (int seed = 0; seed < 100; seed++) {
        JobKeys keys = new JobKeys(InstantSource.fixed(Instant.EPOCH), new Random(seed));
        for (int i = 0; i < 500; i++) {
          assertThat(seen.add(keys.next())).isTrue();
        }
      }
    }

    @Test
    void at_the_end_of_the_random_bits_begin_anew() {
      RandomGenerator highest = () -> -1L;
      JobKeys keys = new JobKeys(InstantSource.fixed(Instant.EPOCH), highest);
      assertThat(keys.next()).isEqualTo("0000000000" + "Z".repeat(16));
      assertThat(keys.next()).isEqualTo("0000000000" + "Z".repeat(16));
    }

    @Test
    void that_are_none_are_refused() {
      assertThat(JobId.isKey("")).isFalse();
      assertThat(JobId.isKey("U".repeat(26))).isFalse();
      assertThatExceptionOfType(InvalidNameException.class)
          .isThrownBy(() -> JobKeys.instantOf("lllllllllllllllllllllllllll"));
    }
  }
}
