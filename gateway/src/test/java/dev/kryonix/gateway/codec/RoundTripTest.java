package dev.kryonix.gateway.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.kryonix.gateway.EchoContract;
import dev.kryonix.gateway.contract.Contract;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Random messages of every request and response type of the contracts, and of a type with every
 * kind of field, between our codec and protobuf's JsonFormat.
 */
class RoundTripTest {
  private static final int DEEPEST = 4;

  private final List<Contract> contracts;

  RoundTripTest() throws Exception {
    contracts = List.of(Contract.load(List.of()), EchoContract.load());
  }

  @Property(tries = 40)
  void everyTypeOfTheContractsRoundTrips(@ForAll long seed) throws Exception {
    for (Contract contract : contracts) {
      List<Descriptor> types = new ArrayList<>();
      contract
          .rpcs()
          .forEach(
              rpc -> {
                types.add(rpc.method().getInputType());
                types.add(rpc.method().getOutputType());
              });
      Trip trip = new Trip(contract.codecs(), contract.types());
      RandomMessages random = new RandomMessages(seed, types);
      for (Descriptor type : types) {
        trip.there(random.of(type, DEEPEST));
      }
    }
  }

  @Property(tries = 3000)
  void everyKindOfFieldRoundTrips(@ForAll long seed) throws Exception {
    FileDescriptor file = TypeZoo.file();
    Descriptor zoo = file.findMessageTypeByName("Zoo");
    List<Descriptor> inAny = new ArrayList<>(List.of(zoo));
    file.getDependencies().forEach(imported -> inAny.addAll(imported.getMessageTypes()));
    Trip trip = new Trip(new Codecs(List.of(file)), TypeRegistry.newBuilder().add(zoo).build());

    trip.there(new RandomMessages(seed, inAny).of(zoo, DEEPEST));
  }

  private static final Pattern NUMBER = Pattern.compile("\\d{1,30}(\\.\\d+)?(E-?\\d{1,3})?");

  private record Trip(Codecs codecs, TypeRegistry types) {
    void there(Message original) throws Exception {
      Descriptor type = original.getDescriptorForType();
      String theirs =
          JsonFormat.printer()
              .usingTypeRegistry(types)
              .omittingInsignificantWhitespace()
              .print(original);
      // JsonFormat writes some characters for HTML; what they stand for is compared.
      byte[] ours = codecs.print(type, original.toByteArray());
      String text = new String(ours, StandardCharsets.UTF_8);

      assertThat(parsed(type, theirs)).as("read of %s", theirs).isEqualTo(original);
      assertThat(parsed(type, text)).as("read of our own %s", text).isEqualTo(original);
      DynamicMessage.Builder back = DynamicMessage.newBuilder(type);
      JsonFormat.parser().usingTypeRegistry(types).merge(text, back);
      assertThat(back.build()).as("JsonFormat's reading of %s", text).isEqualTo(original);
      assertThat(alike(text)).isEqualTo(alike(theirs));
    }

    private Message parsed(Descriptor type, String json) throws Exception {
      WireOut out = new WireOut(0);
      codecs.read(type, json.getBytes(StandardCharsets.UTF_8), out, GivenPaths.IGNORED);
      return DynamicMessage.parseFrom(type, out.toByteArray());
    }

    /** JsonFormat writes 5.0 as a number of Value, too. */
    private static String alike(String json) {
      return NUMBER
          .matcher(withoutHtml(json))
          .replaceAll(number -> new BigDecimal(number.group()).stripTrailingZeros().toString());
    }

    private static String withoutHtml(String json) {
      return json.replace("\\u003c", "<")
          .replace("\\u003e", ">")
          .replace("\\u0026", "&")
          .replace("\\u0027", "'")
          .replace("\\u003d", "=")
          .replace("\\u2028", "\u2028");
    }
  }
}
