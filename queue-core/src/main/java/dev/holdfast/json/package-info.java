/**
 * JSON: payloads, envelopes and what is stored beside a job. The only package that imports Jackson.
 *
 * <p>Reading order: {@link dev.holdfast.json.JacksonCodec} (payloads, results, checkpoints), {@link
 * dev.holdfast.json.EnvelopeJson} (what travels with a payload), {@link
 * dev.holdfast.json.AttemptJson} and {@link dev.holdfast.json.ProgressJson} (what an engine keeps
 * of attempts).
 *
 * <p>All of it is made for bytes that somebody else wrote: limits on size, depth, numbers and
 * strings come before anything is built, and no byte chooses a class.
 */
@NullMarked
package dev.holdfast.json;

import org.jspecify.annotations.NullMarked;
