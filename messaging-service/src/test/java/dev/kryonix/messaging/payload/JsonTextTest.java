package dev.kryonix.messaging.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "0",
        "-7",
        "4711",
        "9007199254740992",
        "0.1",
        "-1.5E-7",
        "\"\"",
        "\"a=<b>&'c'/Zoë 🙂\"",
        "[]",
        "{}",
        "{\"id\":4711,\"tags\":[\"a\",null,{\"b\":false}],\"\":1.25}"
      })
  void aTextIsWhatItWasWhenItsValueIsWritten(String text) {
    Value value = JsonText.parse(utf8(text)).orElseThrow();

    assertThat(new String(JsonText.of(value), StandardCharsets.UTF_8)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "hello",
        "'hello'",
        "{a:1}",
        "{'a':1}",
        "1 2",
        "[]garbage",
        "[1,]",
        "{\"a\":1;}",
        "NaN",
        "True",
        "01",
        "+1",
        "// no\n1",
        "\"a\tb\"",
        "\uFEFF1"
      })
  void whatIsNoJsonHasNoValue(String text) {
    assertThat(JsonText.parse(utf8(text))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e999",
        "-1e999",
        "1e-999",
        "1e99999999999",
        "9007199254740993",
        "12345678901234567890",
        "0.12345678901234567890123",
        "{\"a\":1,\"a\":2}",
        "\"\\ud800\""
      })
  void whatAValueWouldChangeHasNone(String text) {
    assertThat(JsonText.parse(utf8(text))).isEmpty();
  }

  @Test
  void whatIsNoTextHasNoValue() {
    assertThat(JsonText.parse(HexFormat.of().parseHex("000102"))).isEmpty();
    assertThat(JsonText.parse(HexFormat.of().parseHex("22ff22"))).isEmpty();
  }

  @Test
  void aValueIsNoDeeperThanReceiversParse() throws Exception {
    String deepest = "{\"a\":".repeat(29) + "[1]" + "}".repeat(29);
    Value value = JsonText.parse(utf8(deepest)).orElseThrow();
    assertThat(Value.parseFrom(value.toByteArray())).isEqualTo(value);

    assertThat(JsonText.parse(utf8("[" + deepest + "]"))).isEmpty();
    assertThat(JsonText.parse(utf8("[".repeat(500_000)))).isEmpty();
  }

  @Test
  void whatIsNoValueHasNoText() {
    assertThatIllegalArgumentException().isThrownBy(() -> JsonText.of(Value.getDefaultInstance()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JsonText.of(Value.newBuilder().setNumberValue(Double.NaN).build()));
  }

  @Property
  void aWrittenValueIsReadAsItWas(@ForAll("values") Value value) {
    assertThat(JsonText.parse(JsonText.of(value))).contains(value);
  }

  @Provide
  Arbitrary<Value> values() {
    Arbitrary<String> texts = Arbitraries.strings().excludeChars(surrogates()).ofMaxLength(20);
    Arbitrary<Value> leaves =
        Arbitraries.oneOf(
            Arbitraries.of(true, false).map(each -> Value.newBuilder().setBoolValue(each).build()),
            Arbitraries.doubles().map(each -> Value.newBuilder().setNumberValue(each).build()),
            Arbitraries.integers().map(each -> Value.newBuilder().setNumberValue(each).build()),
            texts.map(each -> Value.newBuilder().setStringValue(each).build()),
            Arbitraries.just(Value.newBuilder().setNullValueValue(0).build()));
    return Arbitraries.recursive(
        () -> leaves,
        inner ->
            Arbitraries.oneOf(
                inner
                    .list()
                    .ofMaxSize(4)
                    .map(
                        each ->
                            Value.newBuilder()
                                .setListValue(ListValue.newBuilder().addAllValues(each))
                                .build()),
                Arbitraries.maps(texts, inner)
                    .ofMaxSize(4)
                    .map(
                        each ->
                            Value.newBuilder()
                                .setStructValue(Struct.newBuilder().putAllFields(each))
                                .build())),
        0,
        3);
  }

  private static char[] surrogates() {
    char[] all = new char[Character.MAX_SURROGATE - Character.MIN_SURROGATE + 1];
    for (int i = 0; i < all.length; i++) {
      all[i] = (char) (Character.MIN_SURROGATE + i);
    }
    return all;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
