package dev.kryonix.gateway.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A field that is the whole body of a request or an answer. */
class SingleFieldTest {
  private static final Descriptor ZOO = TypeZoo.type();
  private static final Codecs CODECS = new Codecs(List.of(ZOO.getFile()));

  @Property(tries = 300)
  void aFieldOfAnyKindIsABody(@ForAll long seed) throws Exception {
    Message message = new RandomMessages(seed, List.of(ZOO)).of(ZOO, 3);
    for (FieldDescriptor field : message.getAllFields().keySet()) {
      Message alone =
          DynamicMessage.newBuilder(ZOO).setField(field, message.getField(field)).build();
      byte[] json = CODECS.printField(field, message.toByteArray());
      WireOut out = new WireOut(0);
      CODECS.readField(field, json, out, GivenPaths.IGNORED);

      assertThat(DynamicMessage.parseFrom(ZOO, out.toByteArray())).isEqualTo(alone);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "one_int32            | 0",
        "one_int64            | \"0\"",
        "one_string           | \"\"",
        "one_bool             | false",
        "one_double           | 0.0",
        "one_enum             | \"ANIMAL_UNSPECIFIED\"",
        "maybe_type_bytes     | \"\"",
        "many_string          | []",
        "map_by_int32         | {}",
        "child                | {}",
        "a_timestamp          | \"1970-01-01T00:00:00Z\"",
        "a_duration           | \"0s\"",
        "a_struct             | {}",
        "a_value              | null",
        "a_int64value         | \"0\"",
        "a_any                | {}",
        "many_int32           | []",
      })
  void anAbsentFieldIsItsDefault(String field, String json) {
    assertThat(text(ZOO.findFieldByName(field), new byte[0])).isEqualTo(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "4711",
        "0",
        "-3",
        "1764000000123",
        "9007199254740991",
        "9.007199254740992E15",
        "0.5",
        "-0.0",
        "1.0E300",
      })
  void aNumberOfAnyJsonIsWrittenWithoutAPointThatItDoesNotNeed(String number) throws Exception {
    FieldDescriptor field = ZOO.findFieldByName("a_value");
    WireOut out = new WireOut(0);
    CODECS.readField(field, number.getBytes(StandardCharsets.UTF_8), out, GivenPaths.IGNORED);

    assertThat(text(field, out.toByteArray())).isEqualTo(number);
  }

  @Test
  void aPackedListWithNothingInItIsEmpty() {
    FieldDescriptor field = ZOO.findFieldByName("many_int32");
    WireOut wire = new WireOut(0);
    wire.tag(field.getNumber(), WireIn.LENGTH);
    wire.varint(0);

    assertThat(text(field, wire.toByteArray())).isEqualTo("[]");
    assertThat(new String(CODECS.print(ZOO, wire.toByteArray()), StandardCharsets.UTF_8))
        .isEqualTo("{}");
  }

  @Test
  void negativeZeroKeepsItsSign() throws Exception {
    FieldDescriptor field = ZOO.findFieldByName("one_double");
    WireOut out = new WireOut(0);
    CODECS.readField(field, "-0.0".getBytes(StandardCharsets.UTF_8), out, GivenPaths.IGNORED);

    assertThat(text(field, out.toByteArray())).isEqualTo("-0.0");
  }

  private static String text(FieldDescriptor field, byte[] message) {
    return new String(CODECS.printField(field, message), StandardCharsets.UTF_8);
  }
}
