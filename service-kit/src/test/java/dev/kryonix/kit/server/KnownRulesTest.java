package dev.kryonix.kit.server;

import static org.assertj.core.api.Assertions.assertThat;

import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.ValidationException;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import dev.kryonix.api.cache.v1.BatchDeleteRequest;
import dev.kryonix.api.cache.v1.BatchGetRequest;
import dev.kryonix.api.cache.v1.BatchSetRequest;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.cache.v1.IncrementRequest;
import dev.kryonix.api.cache.v1.LeaseRequest;
import dev.kryonix.api.cache.v1.PipelineRequest;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.api.cache.v1.WatchRequest;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishStreamRequest;
import dev.kryonix.api.messaging.v1.SubscribeRequest;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KnownRulesTest {
  private static final int MESSAGES = 500;
  private static final int DEPTH = 3;

  private final Validator validator = ValidatorFactory.newBuilder().build();
  private final KnownRules known = new KnownRules();

  static Stream<Message> requests() {
    return Stream.of(
        GetRequest.getDefaultInstance(),
        SetRequest.getDefaultInstance(),
        BatchGetRequest.getDefaultInstance(),
        BatchSetRequest.getDefaultInstance(),
        PipelineRequest.getDefaultInstance(),
        IncrementRequest.getDefaultInstance(),
        LeaseRequest.getDefaultInstance(),
        WatchRequest.getDefaultInstance(),
        BatchDeleteRequest.getDefaultInstance(),
        SubscribeRequest.getDefaultInstance(),
        PublishRequest.getDefaultInstance(),
        PublishStreamRequest.getDefaultInstance());
  }

  @ParameterizedTest
  @MethodSource("requests")
  void whatPassesHereKeepsItsRulesForProtovalidateToo(Message type) throws ValidationException {
    Random random = new Random(type.getDescriptorForType().getFullName().hashCode());
    int passed = 0;
    for (int i = 0; i < MESSAGES; i++) {
      Message message = new Source(random, i % 2 == 0).message(type, DEPTH);
      boolean valid = isValid(message);
      if (known.keeps(message)) {
        assertThat(valid).as("%s", message).isTrue();
        passed++;
      }
      if (valid) {
        known.learn(message);
      }
    }
    // Or else the test would say nothing.
    assertThat(passed).as(type.getDescriptorForType().getName()).isPositive();
  }

  @ParameterizedTest
  @MethodSource("requests")
  void everyGetterReadsWhatReflectionReads(Message type) {
    Random random = new Random(type.getDescriptorForType().getFullName().hashCode());
    List<Message> messages =
        IntStream.range(0, MESSAGES)
            .mapToObj(i -> new Source(random, i % 2 == 0).message(type, 0))
            .toList();
    for (FieldDescriptor field : type.getDescriptorForType().getFields()) {
      Function<Message, Object> value = Getters.value(type.getClass(), field);
      Predicate<Message> presence = Getters.presence(type.getClass(), field);
      for (Message each : messages) {
        Object expected = each.getField(field);
        assertThat(value.apply(each))
            .as("%s", field)
            .isEqualTo(
                expected instanceof EnumValueDescriptor given
                    ? (Object) given.getNumber()
                    : expected);
        assertThat(presence.test(each))
            .as("%s", field)
            .isEqualTo(!field.hasPresence() || each.hasField(field));
      }
    }
    for (OneofDescriptor oneof : type.getDescriptorForType().getOneofs()) {
      Predicate<Message> presence = Getters.presence(type.getClass(), oneof);
      for (Message each : messages) {
        assertThat(presence.test(each)).as("%s", oneof).isEqualTo(each.hasOneof(oneof));
      }
    }
  }

  @Test
  void aMessageOfTheFastPathPassesOnceItsNamesAreKnown() {
    for (Message message :
        List.of(
            get("crm", "ana"),
            set("crm", "ana"),
            BatchGetRequest.newBuilder().addAddresses(address()).build(),
            PipelineRequest.newBuilder().setSequence(1).setSet(set("crm", "ana")).build(),
            PublishStreamRequest.newBuilder()
                .setSequence(1)
                .setMessage(publish("origin"))
                .build())) {
      known.learn(message);

      assertThat(known.keeps(message)).as("%s", message).isTrue();
    }
    assertThat(known.keeps(publish("another"))).isTrue();
    assertThat(known.keeps(publish("two\nlines"))).isFalse();
    assertThat(known.keeps(publish("a\u0000b"))).isFalse();
    assertThat(known.keeps(publish("a".repeat(129)))).isFalse();
    assertThat(known.keeps(get("crm", "another"))).isTrue();
    assertThat(known.keeps(get("mobile", "ana"))).isFalse();
    assertThat(known.keeps(get("crm", ""))).isFalse();
    assertThat(known.keeps(get("crm", "a".repeat(4097)))).isFalse();
  }

  @Test
  void aPatternIsNeverTakenFromAMessageThatWasRefused() throws ValidationException {
    GetRequest refused = get("CRM", "ana");

    assertThat(validator.validate(refused).isSuccess()).isFalse();
    assertThat(known.keeps(refused)).isFalse();
  }

  private boolean isValid(Message message) throws ValidationException {
    try {
      return validator.validate(message).isSuccess();
    } catch (ArithmeticException e) {
      // What protovalidate makes of a time that is out of range.
      return false;
    }
  }

  private static PublishRequest publish(String attribute) {
    return PublishRequest.newBuilder()
        .setModule("crm")
        .setOperation("leads.update")
        .setData(ByteString.copyFromUtf8("value"))
        .putAttributes(attribute, "value")
        .build();
  }

  private static GetRequest get(String module, String key) {
    return GetRequest.newBuilder().setModule(module).setType("temp").setKey(key).build();
  }

  private static SetRequest set(String module, String key) {
    return SetRequest.newBuilder()
        .setModule(module)
        .setType("temp")
        .setKey(key)
        .setValue(ByteString.copyFromUtf8("value"))
        .setTtl(Duration.newBuilder().setSeconds(60))
        .build();
  }

  private static dev.kryonix.api.cache.v1.EntryAddress address() {
    return dev.kryonix.api.cache.v1.EntryAddress.newBuilder()
        .setModule("crm")
        .setType("temp")
        .setKey("ana")
        .build();
  }

  /**
   * What messages are made of: each list begins with what most rules allow, and has what is at the
   * edge of what they do.
   *
   * @param tame whether only the first is taken
   */
  private record Source(Random random, boolean tame) {
    private static final List<String> TEXTS =
        List.of("crm", "temp", "a", "", "CRM", "crm\n", "é".repeat(64), "🎉", "a".repeat(40));
    private static final List<Integer> LONG_TEXTS = List.of(41, 64, 65, 256, 1024, 1025);
    private static final List<Long> SECONDS =
        List.of(60L, 0L, 1L, 10L, 3600L, 30 * 86400L, 90 * 86400L, -1L, Long.MAX_VALUE);

    <T> T one(List<T> of) {
      return tame ? of.getFirst() : of.get(random.nextInt(of.size()));
    }

    Message message(Message type, int depth) {
      Message.Builder message = type.newBuilderForType();
      for (FieldDescriptor field : type.getDescriptorForType().getFields()) {
        if (random.nextInt(4) == 0) {
          continue;
        }
        if (field.isRepeated()) {
          int count = one(List.of(1, 0, 2, 9, 20));
          for (int i = 0; i < count; i++) {
            message.addRepeatedField(field, value(message, field, depth));
          }
        } else {
          message.setField(field, value(message, field, depth));
        }
      }
      return message.build();
    }

    private Object value(Message.Builder message, FieldDescriptor field, int depth) {
      return switch (field.getJavaType()) {
        case STRING -> tame || random.nextInt(3) > 0 ? one(TEXTS) : "a".repeat(one(LONG_TEXTS));
        case BYTE_STRING -> ByteString.copyFrom(new byte[one(List.of(1, 0, 16, 300_000))]);
        case INT -> one(List.of(1, 0, -1, 1000, Integer.MAX_VALUE));
        case LONG -> one(List.of(1L, 0L, -1L, 1000L, Long.MIN_VALUE));
        case FLOAT -> one(List.of(1f, Float.NaN));
        case DOUBLE -> one(List.of(1d, Double.NaN));
        case BOOLEAN -> random.nextBoolean();
        case ENUM ->
            field.getEnumType().findValueByNumberCreatingIfUnknown(one(List.of(1, 0, 2, 3, 7, 99)));
        case MESSAGE ->
            field.getMessageType().equals(Duration.getDescriptor())
                ? Duration.newBuilder()
                    .setSeconds(one(SECONDS))
                    .setNanos(one(List.of(0, 1, 999_999_999, 1_000_000_000, -1)))
                    .build()
                : depth == 0
                    ? message.newBuilderForField(field).build()
                    : message(message.newBuilderForField(field).build(), depth - 1);
      };
    }
  }
}
