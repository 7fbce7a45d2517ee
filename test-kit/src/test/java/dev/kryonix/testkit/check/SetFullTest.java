package dev.kryonix.testkit.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SetFullTest {
  @Test
  void whatWasAcknowledgedMustBeReadAndMoreMayBe() {
    SetFull set = new SetFull();
    set.acknowledged("there");
    set.acknowledged("gone");
    set.read("there");
    set.read("unacknowledged");

    assertThat(set.missing()).containsExactly("gone");
  }
}
