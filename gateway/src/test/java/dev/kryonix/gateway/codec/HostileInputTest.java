package dev.kryonix.gateway.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.kryonix.kit.errors.ServiceException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON and wire bytes that nobody means well with, or that protobuf would not have written so. */
class HostileInputTest {
  private static final FileDescriptor FILE = TypeZoo.file();
  private static final Descriptor ZOO = FILE.findMessageTypeByName("Zoo");
  private static final Codecs CODECS = new Codecs(List.of(FILE));
  private static final TypeRegistry TYPES = TypeRegistry.newBuilder().add(ZOO).build();

  /** JsonFormat reads -0.0 as 0.0, and what is a little over the greatest float as infinite. */
  private static final Pattern READ_OTHERWISE =
      Pattern.compile("-0(\\.0*)?([eE][+-]?\\d+)?(?![.\\d])|3\\.4028(?!235E38)\\d*[eE]\\+?38");

  @Property(tries = 5000)
  void brokenJsonIsRefusedOrMeansWhatJsonFormatReads(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] json = CODECS.print(ZOO, message(seed).toByteArray());
    byte[] broken = mutated(json, random);
    Message read;
    try {
      read = parsed(read(broken));
    } catch (ServiceException e) {
      assertThat(e.reasonName()).isEqualTo("INVALID_FIELD");
      return;
    }
    String text = new String(broken, StandardCharsets.UTF_8);
    if (!READ_OTHERWISE.matcher(text).find()) {
      assertThat(byJsonFormat(text)).as(text).isEqualTo(read);
    }
  }

  @Property(tries = 3000)
  void scatteredAndRepeatedFieldsMeanWhatProtobufReads(@ForAll long seed) throws Exception {
    byte[] wire = scattered(message(seed), message(~seed), new Random(seed));
    byte[] merged = DynamicMessage.parseFrom(ZOO, wire).toByteArray();

    assertThat(meaning(wire)).isEqualTo(meaning(merged));
  }

  @Property(tries = 5000)
  void brokenWireIsPrintedOrMalformed(@ForAll long seed) {
    byte[] wire = mutated(message(seed).toByteArray(), new Random(seed));
    try {
      byte[] json = CODECS.print(ZOO, wire);
      assertThat(json[0]).isEqualTo((byte) '{');
    } catch (MalformedMessageException e) {
      assertThat(e).hasMessageNotContaining("null");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"child\":",
        "{\"aStruct\":{\"a\":",
        "{\"children\":[",
        "{\"aValue\":[",
        "[",
        "{\"aAny\":{\"@type\":\"x/zoo.Zoo\",\"aAny\":",
        "{\"mapByInt32\":{\"1\":"
      })
  void hugeNestingIsRefused(String opening) {
    assertThatThrownBy(() -> read(opening.repeat(100_000).getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(ServiceException.class);
  }

  @Test
  void nestingThatNoServiceWouldReadIsRefused() {
    String deep = "{\"aStruct\":" + "{\"a\":".repeat(40) + "1" + "}".repeat(41);

    assertThatThrownBy(() -> read(deep.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(ServiceException.class)
        .hasMessageContaining("nested deeper");
  }

  @Test
  void aMessageNestedWithoutEndIsMalformed() {
    int child = ZOO.findFieldByName("child").getNumber();
    byte[] wire = {};
    for (int i = 0; i < 101; i++) {
      WireOut around = new WireOut(wire.length);
      around.tag(child, WireIn.LENGTH);
      around.bytes(wire, 0, wire.length);
      wire = around.toByteArray();
    }
    byte[] deep = wire;

    assertThatThrownBy(() -> CODECS.print(ZOO, deep)).isInstanceOf(MalformedMessageException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"oneBytes\":\"M/Vlj8-=\"}", "{\"oneBytes\":\"+_==\"}"})
  void bytesInTwoAlphabetsAreRefused(String json) {
    assertThatThrownBy(() -> read(json.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(ServiceException.class)
        .hasMessageContaining("not base64 or base64url");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'oneInt32':1}",
        "{oneInt32:1}",
        "{\"oneInt32\":1,}",
        "{\"oneInt32\":1;\"oneInt64\":2}",
        "/* c */{}",
        "{\"oneString\":5}",
        "{\"oneString\":true}",
        "{\"oneBool\":\"true\"}",
        "{\"oneInt32\":\" 1\"}",
        "{\"oneDouble\":\"1d\"}",
        "{\"aDuration\":\"+1s\"}",
        "{\"aDuration\":\"1.s\"}",
        "{\"aDuration\":\"1.0000000001s\"}",
        "{\"aTimestamp\":\"2025-01-01T00:00:00.0000000001Z\"}",
        "{\"aStruct\":{\"a\":1,\"a\":2}}",
        "{\"mapByInt32\":{\"1\":{},\"1.0\":{}}}",
      })
  void whatJsonFormatLetsPassIsRefusedHere(String json) {
    assertThatThrownBy(() -> read(json.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(ServiceException.class);
  }

  private static Message message(long seed) {
    List<Descriptor> inAny = new ArrayList<>(List.of(ZOO));
    FILE.getDependencies().forEach(imported -> inAny.addAll(imported.getMessageTypes()));
    return new RandomMessages(seed, inAny).of(ZOO, 3);
  }

  private static byte[] read(byte[] json) {
    WireOut out = new WireOut(0);
    CODECS.read(ZOO, json, out, GivenPaths.IGNORED);
    return out.toByteArray();
  }

  /** What is read from the JSON that the wire is printed as; empty when it is malformed. */
  private static Optional<Message> meaning(byte[] wire) {
    byte[] json;
    try {
      json = CODECS.print(ZOO, wire);
    } catch (MalformedMessageException e) {
      return Optional.empty();
    }
    return Optional.of(parsed(read(json)));
  }

  private static Message parsed(byte[] wire) {
    try {
      return DynamicMessage.parseFrom(ZOO, wire);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static Message byJsonFormat(String json) {
    DynamicMessage.Builder read = DynamicMessage.newBuilder(ZOO);
    try {
      JsonFormat.parser().usingTypeRegistry(TYPES).merge(json, read);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(json, e);
    }
    return read.build();
  }

  private static byte[] mutated(byte[] source, Random random) {
    if (source.length == 0) {
      return source;
    }
    byte[] bytes = source.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) "{}[]\",:\\0-1e.tn u".charAt(random.nextInt(17));
        case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
        default -> {
          byte[] twice = Arrays.copyOf(bytes, bytes.length + at);
          System.arraycopy(bytes, 0, twice, bytes.length, at);
          bytes = twice;
        }
      }
    }
    return bytes;
  }

  /** The fields of both messages in any order, of which those of one field may stand apart. */
  private static byte[] scattered(Message one, Message other, Random random) throws Exception {
    List<byte[]> fields = new ArrayList<>();
    for (Message message : List.of(one, other)) {
      byte[] wire = message.toByteArray();
      WireIn in = new WireIn(wire);
      while (in.hasNext()) {
        int start = in.position();
        in.skip(in.tag());
        fields.add(Arrays.copyOfRange(wire, start, in.position()));
      }
    }
    ByteArrayOutputStream unknown = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(unknown);
    out.writeString(50_000, "unknown");
    out.flush();
    fields.add(unknown.toByteArray());
    Collections.shuffle(fields, random);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (byte[] field : fields) {
      whole.write(field);
    }
    return whole.toByteArray();
  }
}
