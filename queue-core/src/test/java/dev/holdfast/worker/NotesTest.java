package dev.holdfast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.json.ProgressJson;
import dev.holdfast.spi.Note;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NotesTest {
  private final List<Note> sent = new ArrayList<>();
  private final List<CompletableFuture<Boolean>> answers = new ArrayList<>();
  private int refusals;
  private final Notes notes =
      new Notes(
          note -> {
            sent.add(note);
            CompletableFuture<Boolean> answer = new CompletableFuture<>();
            answers.add(answer);
            return answer;
          },
          () -> refusals++);

  private static String lines(Note note) {
    return note.logLines() == null ? "" : new String(note.logLines(), StandardCharsets.UTF_8);
  }

  @Test
  void what_comes_while_a_note_is_on_its_way_is_joined_into_the_next() {
    notes.progress(0.1, "a");
    notes.progress(0.2, "b");
    notes.progress(0.3, "c");
    notes.log("one");
    notes.log("two");
    assertThat(sent).hasSize(1);
    answers.get(0).complete(true);
    assertThat(sent).hasSize(2);
    assertThat(ProgressJson.decode(sent.get(1).progress()).get().note()).isEqualTo("c");
    assertThat(lines(sent.get(1))).isEqualTo("one\ntwo");
    answers.get(1).complete(true);
    notes.flush(TimeUnit.SECONDS.toNanos(10));
    assertThat(sent).hasSize(2);
  }

  @Test
  void a_line_stays_one_line_and_is_cut() {
    notes.log("a\r\nb");
    notes.log("x".repeat(5_000));
    answers.get(0).complete(true);
    assertThat(lines(sent.get(0))).isEqualTo("a  b");
    assertThat(lines(sent.get(1))).hasSize(1_000).endsWith("x…");
  }

  @Test
  void progress_is_cut_to_its_range() {
    notes.progress(Double.NaN, "");
    notes.progress(7, "n".repeat(999));
    answers.get(0).complete(true);
    assertThat(ProgressJson.decode(sent.get(0).progress()).get().fraction()).isZero();
    assertThat(ProgressJson.decode(sent.get(1).progress()).get().fraction()).isEqualTo(1);
    assertThat(ProgressJson.decode(sent.get(1).progress()).get().note()).hasSize(200);
  }

  @Test
  void a_refused_note_ends_them_and_is_told() {
    notes.log("one");
    notes.log("two");
    answers.get(0).complete(false);
    assertThat(refusals).isEqualTo(1);
    notes.log("three");
    assertThat(sent).hasSize(1);
  }

  @Test
  void a_failed_note_is_dropped_and_the_next_one_sent() {
    notes.log("one");
    notes.log("two");
    answers.get(0).completeExceptionally(new IllegalStateException("away"));
    assertThat(lines(sent.get(1))).isEqualTo("two");
    assertThat(refusals).isZero();
  }

  @Test
  void only_the_last_hundred_lines_wait() {
    notes.log("first");
    for (int i = 0; i < 150; i++) {
      notes.log("line " + i);
    }
    answers.get(0).complete(true);
    assertThat(lines(sent.get(1))).startsWith("line 50\n").endsWith("line 149");
  }
}
