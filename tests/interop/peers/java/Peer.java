import io.opentdf.platform.sdk.*;
import java.io.*;
import java.nio.channels.*;
import java.nio.file.*;
import java.util.Arrays;

/** A loopback client over the unmodified OpenTDF Java SDK: Peer decrypt|encrypt PLATFORM ID SECRET IN OUT [ATTRIBUTE ...] */
public class Peer {
    public static void main(String[] args) throws Exception {
        SDK sdk = SDKBuilder.newBuilder().platformEndpoint(args[1].replaceFirst("^http://", "")).clientSecret(args[2], args[3])
            .useInsecurePlaintextConnection(true).build();
        try (OutputStream out = Files.newOutputStream(Path.of(args[5]))) {
            if (args[0].equals("encrypt")) {
                Config.KASInfo kas = new Config.KASInfo();
                kas.URL = args[1] + "/kas";
                Config.TDFConfig config = Config.newTDFConfig(Config.withKasInformation(kas), Config.withAutoconfigure(false),
                    Config.withDataAttributes(Arrays.copyOfRange(args, 6, args.length)));
                new TDF().createTDF(new FileInputStream(args[4]), out, config, sdk.getServices().kas(), sdk.getServices().attributes());
            } else {
                try (FileChannel in = FileChannel.open(Path.of(args[4]))) {
                    new TDF().loadTDF(in, sdk.getServices().kas()).readPayload(out);
                }
            }
        }
        System.exit(0);
    }
}
