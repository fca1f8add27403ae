package dev.holdfast.examples.benchmark.micro;

import dev.holdfast.job.JobKeys;
import dev.holdfast.json.EnvelopeJson;
import dev.holdfast.json.JacksonCodec;
import dev.holdfast.spi.Envelope;
import java.time.InstantSource;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What every job passes on its way: payload, envelope and key. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HotPieces {
  /**
   * A payload of 100 bytes of JSON.
   *
   * @param number a number
   * @param filler the rest
   */
  public record Payload(int number, String filler) {}

  private final JacksonCodec codec = JacksonCodec.strict();
  private final EnvelopeJson envelopes = new EnvelopeJson();
  private final JobKeys keys = new JobKeys(InstantSource.system(), new SplittableRandom());
  private final Payload payload = new Payload(12_345, "x".repeat(72));
  private final byte[] payloadJson = codec.encode("payload", payload);
  private final Envelope plain =
      new Envelope(Envelope.VERSION, payloadJson, null, null, Map.of(), Map.of());
  private final Envelope full =
      new Envelope(
          Envelope.VERSION,
          payloadJson,
          "order-12345",
          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
          Map.of("tenant", "acme", "origin", "import"),
          Map.of());
  private final byte[] plainJson = envelopes.encode(plain);
  private final byte[] fullJson = envelopes.encode(full);

  /** What JMH makes one of. */
  public HotPieces() {}

  /** A payload to JSON. */
  @Benchmark
  public byte[] payloadToJson() {
    return codec.encode("payload", payload);
  }

  /** JSON to a payload. */
  @Benchmark
  public Object payloadFromJson() {
    return codec.decode("payload", payloadJson, Payload.class);
  }

  /** An envelope of a payload alone to JSON. */
  @Benchmark
  public byte[] envelopeToJson() {
    return envelopes.encode(plain);
  }

  /** JSON to an envelope of a payload alone. */
  @Benchmark
  public Envelope envelopeFromJson() {
    return envelopes.decode(plainJson);
  }

  /** An envelope with correlation id, trace context and headers to JSON. */
  @Benchmark
  public byte[] fullEnvelopeToJson() {
    return envelopes.encode(full);
  }

  /** JSON to an envelope with correlation id, trace context and headers. */
  @Benchmark
  public Envelope fullEnvelopeFromJson() {
    return envelopes.decode(fullJson);
  }

  /** The key of a job. */
  @Benchmark
  public String key() {
    return keys.next();
  }

  /** The key of a job, while seven other threads make keys. */
  @Benchmark
  @Threads(8)
  public String keyOfEight() {
    return keys.next();
  }
}
