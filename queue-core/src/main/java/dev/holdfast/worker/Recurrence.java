package dev.holdfast.worker;

import dev.holdfast.schedule.Recurring;
import java.lang.reflect.Type;

/**
 * A schedule that a handler's class declares.
 *
 * @param annotation what it says
 * @param type the job type of the handler
 * @param queue the queue of that type
 * @param payload what the handler's payloads are decoded to
 * @param handler the handler's class, for messages
 */
public record Recurrence(
    Recurring annotation, String type, String queue, Type payload, String handler) {}
