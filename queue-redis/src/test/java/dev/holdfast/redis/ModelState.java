package dev.holdfast.redis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A state of the model: what Redis holds, the instant, what each client knows, and what the rules
 * remember of the way here.
 */
final class ModelState {
  private static final Pattern NONCE = Pattern.compile("(\\d)-[0-9a-f]{16}");
  private static final Pattern SEQUENCE = Pattern.compile("p:[0-9a-f]{16}\n\\d+\t");

  private final @Nullable ModelState before;
  private final String label;
  private final List<List<ModelOp>> programs;
  private @Nullable QueueContents contents;
  private final long millis;
  private final List<ModelClient> clients;
  private final int crashes;
  private final ModelPast past;

  private ModelState(
      @Nullable ModelState before,
      String label,
      List<List<ModelOp>> programs,
      QueueContents contents,
      long millis,
      List<ModelClient> clients,
      int crashes,
      ModelPast past) {
    this.before = before;
    this.label = label;
    this.programs = programs;
    this.contents = contents;
    this.millis = millis;
    this.clients = clients;
    this.crashes = crashes;
    this.past = past;
  }

  static ModelState first(QueueContents contents, long millis, List<ModelClient> clients) {
    List<List<ModelOp>> programs = clients.stream().map(ModelClient::program).toList();
    return new ModelState(null, "", programs, contents, millis, clients, 0, ModelPast.NONE);
  }

  ModelState then(
      String step, QueueContents after, long now, List<ModelClient> then, ModelStep told) {
    return new ModelState(this, step, programs, after, now, then, crashes, past.then(told, after));
  }

  /** A client stops for ever. */
  ModelState dies(int client) {
    return crashed(client, "", ModelClient::stop);
  }

  /** A client comes back as the same consumer, having forgotten all but its turns' number. */
  ModelState comesBack(int client) {
    return crashed(client, " and comes back", ModelClient::forget);
  }

  /** A client comes back as another consumer, as a new process does. */
  ModelState comesBackAnew(int client) {
    return crashed(client, " and comes back under a new name", ModelClient::startAnew);
  }

  private ModelState crashed(int client, String how, Consumer<ModelClient> crash) {
    List<ModelClient> then = copyOfClients();
    String step = then.get(client).consumer() + " dies" + how;
    crash.accept(then.get(client));
    return new ModelState(this, step, programs, contents(), millis, then, crashes + 1, past);
  }

  QueueContents contents() {
    QueueContents held = contents;
    if (held == null) {
      throw new IllegalStateException("this state was left behind");
    }
    return held;
  }

  /** Keeps of this state only what a trace needs. */
  void leaveBehind() {
    contents = null;
  }

  long millis() {
    return millis;
  }

  List<ModelClient> clients() {
    return clients;
  }

  List<ModelClient> copyOfClients() {
    List<ModelClient> copies = new ArrayList<>(clients.size());
    clients.forEach(client -> copies.add(client.copy()));
    return copies;
  }

  int crashes() {
    return crashes;
  }

  ModelPast past() {
    return past;
  }

  List<List<ModelOp>> programs() {
    return programs;
  }

  /** The steps that led here, the first first. */
  List<String> trace() {
    Deque<String> labels = new ArrayDeque<>();
    for (ModelState at = this; at != null && at.before != null; at = at.before) {
      labels.addFirst(at.label);
    }
    return new ArrayList<>(labels);
  }

  /** What Redis holds and the instant: all that decides how the queue heals. */
  String queueKey() {
    return digest(canonical().append(millis));
  }

  /**
   * All that decides what can happen from here on. Two ways that lead to one key are searched on
   * once. Nonces are left out, which are random and compared only for being the same, and the
   * sequence of the engine's producer, which only has to be new.
   */
  String key() {
    StringBuilder all = canonical().append(millis).append(' ').append(crashes);
    clients.forEach(client -> all.append('\n').append(client.describe()));
    return digest(all.append('\n').append(past));
  }

  private StringBuilder canonical() {
    StringBuilder all = new StringBuilder(4096);
    contents()
        .keys()
        .forEach(
            (name, content) -> {
              all.append(name).append(':').append(content.type()).append('\n');
              content.items().forEach(item -> all.append(item).append('\n'));
            });
    return all;
  }

  private static String digest(StringBuilder all) {
    Matcher tokens = NONCE.matcher(all);
    String text = SEQUENCE.matcher(tokens.replaceAll("$1")).replaceAll("p:");
    try {
      byte[] digest =
          MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
      return new String(digest, StandardCharsets.ISO_8859_1);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }

  /** Every id that the keys of the queue name as a job. */
  static Set<String> idsIn(QueueContents contents) {
    Set<String> ids = new HashSet<>(contents.pairs("track").keySet());
    ids.addAll(contents.pairs("jobs").keySet());
    return ids;
  }
}
