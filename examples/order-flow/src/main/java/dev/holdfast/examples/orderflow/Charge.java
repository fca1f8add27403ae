package dev.holdfast.examples.orderflow;

/**
 * Money that was taken.
 *
 * @param id the payment service's number
 * @param cents how much, at least 1
 */
public record Charge(String id, long cents) {}
