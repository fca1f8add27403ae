package dev.holdfast.redis;

import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A rule is broken: which, after which steps of which programs, and what the queue holds. */
final class ModelViolation extends AssertionError {
  private static final long serialVersionUID = 1;

  ModelViolation(
      ModelState from,
      String label,
      QueueContents after,
      List<String> wrong,
      @Nullable Throwable cause) {
    super(text(from, label, after, wrong), cause);
  }

  private static String text(
      ModelState from, String label, QueueContents after, List<String> wrong) {
    StringBuilder text = new StringBuilder("the protocol is broken\n");
    wrong.forEach(sentence -> text.append("  ").append(sentence).append('\n'));
    text.append("programs\n");
    for (int i = 0; i < from.programs().size(); i++) {
      text.append("  ").append((char) ('A' + i)).append(": ").append(from.programs().get(i));
      text.append('\n');
    }
    text.append("steps\n");
    from.trace().forEach(step -> text.append("  ").append(step).append('\n'));
    text.append("  ").append(label).append("   <-- here\n");
    show(text.append("keys before\n"), from.contents());
    show(text.append("keys after\n"), after);
    return text.toString();
  }

  private static void show(StringBuilder text, QueueContents contents) {
    contents
        .keys()
        .forEach(
            (name, content) -> {
              Object shown =
                  content.type().equals("list")
                      ? content.items()
                      : new TreeMap<>(contents.pairs(name));
              text.append("  ").append(name).append(" = ");
              text.append(shown.toString().replace('\t', '|').replace('\n', '~')).append('\n');
            });
  }
}
