package dev.holdfast.redis;

import dev.holdfast.event.EventType;

/**
 * The event of the tests with processes.
 *
 * @param number what it is about: its key
 * @param text what it says
 */
@EventType(value = "test.signal", key = "/number")
public record Signal(int number, String text) {}
