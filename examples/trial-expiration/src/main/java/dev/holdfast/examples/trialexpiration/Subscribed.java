package dev.holdfast.examples.trialexpiration;

import dev.holdfast.event.EventType;

/**
 * A user has paid.
 *
 * @param userId the user, which is the event's key
 * @param plan what was paid for
 */
@EventType(value = "billing.subscribed", key = "/userId")
public record Subscribed(String userId, String plan) {}
