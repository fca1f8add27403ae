package dev.holdfast.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class BatchCallTest {
  private final Semaphore gate = new Semaphore(1);
  private final BatchCall call = new BatchCall(gate);

  @Test
  void a_permit_is_given_back_once() throws InterruptedException {
    call.passGate();
    assertThat(gate.availablePermits()).isZero();
    assertThat(call.end()).isFalse();
    assertThat(call.end()).isFalse();
    assertThat(gate.availablePermits()).isOne();
  }

  @Test
  void no_permit_is_given_back_that_was_not_taken() {
    call.end();
    assertThat(gate.availablePermits()).isOne();
  }

  @Test
  void a_thread_is_left_behind_once_and_its_permit_is_free() throws InterruptedException {
    call.passGate();
    assertThat(call.leaveBehind()).isTrue();
    assertThat(call.leaveBehind()).isFalse();
    assertThat(gate.availablePermits()).isOne();
    assertThat(call.end()).isTrue();
    assertThat(gate.availablePermits()).isOne();
  }

  @Test
  void each_cause_interrupts_once() {
    assertThat(call.timeOut()).isTrue();
    assertThat(call.timeOut()).isFalse();
    assertThat(call.drain()).isTrue();
    assertThat(call.drain()).isFalse();
    assertThat(call.timedOut() && call.drained()).isTrue();
  }
}
