package dev.holdfast.flow;

import dev.holdfast.job.JobId;
import dev.holdfast.job.JobState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a run is sent. Public for the worker and the doors alone. */
public sealed interface Mail {
  /** The message's id: a second one of the same id is not kept. */
  String id();

  /**
   * A job it waits for has ended.
   *
   * @param job the job
   * @param claims how often it was claimed: tells this end from one after a redrive
   * @param how SUCCEEDED, DEAD or CANCELLED
   * @param reason the name of a StateReason
   * @param text its result as JSON, or its last encoded attempt, or null
   */
  record JobEnded(JobId job, int claims, JobState how, String reason, byte @Nullable [] text)
      implements Mail {
    @Override
    public String id() {
      return "job:" + job + ":" + claims;
    }
  }

  /**
   * An event it listens for was published.
   *
   * @param event the event's id
   * @param type its type
   * @param key its key, or ""
   * @param at when it was published
   * @param payload its payload as JSON
   */
  record EventCame(String event, String type, String key, Instant at, byte[] payload)
      implements Mail {
    @Override
    public String id() {
      return "event:" + type + ":" + event;
    }
  }

  /**
   * All jobs of a batch have been enqueued.
   *
   * @param total how many
   */
  record BatchSealed(int total) implements Mail {
    @Override
    public String id() {
      return "sealed";
    }
  }
}
