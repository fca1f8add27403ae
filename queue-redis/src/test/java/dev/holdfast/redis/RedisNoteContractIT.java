package dev.holdfast.redis;

import dev.holdfast.testkit.contract.EngineHarness;
import dev.holdfast.testkit.contract.NoteContract;

final class RedisNoteContractIT extends NoteContract {
  @Override
  protected EngineHarness open() {
    return RedisHarness.open();
  }
}
