/**
 * A whole application for what queues are often needed for: copy what a slow API has, within its
 * limit, whatever happens on the way.
 *
 * <p>What an application of your own would have, in reading order:
 *
 * <ol>
 *   <li>{@link dev.holdfast.examples.productsync.StartSyncHandler}: the hourly job, which enqueues
 *       the others;
 *   <li>{@link dev.holdfast.examples.productsync.SyncPagesHandler}: a page a claim, with
 *       checkpoint, progress and back-off;
 *   <li>{@code ShopLimit}: the limit, and why it is enough;
 *   <li>{@code SyncWorker}: both handlers in a worker process;
 *   <li>{@code ProductTable}: a store that bears repetition.
 * </ol>
 *
 * <p>The shop, in a process of its own: {@code ShopServer}, {@code ShopLimiter}, {@code
 * SlidingWindow}, {@code Product}; {@code ShopClient} asks it. Around it: {@code ProductSync}
 * (main), {@code Arguments}, {@code Tempo}, {@code SyncRun}, {@code Watch}, {@code Outcome}, {@code
 * ChildJvm}, {@code Postgres}.
 */
@NullMarked
package dev.holdfast.examples.productsync;

import org.jspecify.annotations.NullMarked;
