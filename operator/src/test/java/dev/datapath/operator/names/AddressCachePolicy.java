package dev.datapath.operator.names;

import java.util.Arrays;

/** Starts the program, ignores the result, and prints the JVM's cache settings. */
final class AddressCachePolicy {
    private AddressCachePolicy() {}

    public static void main(String... arguments) throws ReflectiveOperationException {
        Runtime.getRuntime().addShutdownHook(new Thread(AddressCachePolicy::print));
        var entry = Class.forName(arguments[0]);
        for (var method : entry.getMethods()) {
            if (method.getName().equals("main")) {
                method.invoke(null, (Object) new String[] {"help"});
            } else if (method.getName().equals("start")) {
                try {
                    method.invoke(null, new Object[method.getParameterCount()]);
                } catch (ReflectiveOperationException nothingToStart) {
                    // The policy must be set before anything else.
                }
            }
        }
    }

    private static void print() {
        try {
            var policy = Class.forName("sun.net.InetAddressCachePolicy");
            var seconds = Arrays.stream(new String[] {"get", "getNegative", "getStale"})
                    .mapToInt(name -> seconds(policy, name))
                    .toArray();
            System.out.println("addresses " + seconds[0] + " s, failures " + seconds[1] + " s, stale addresses "
                    + seconds[2] + " s");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int seconds(Class<?> policy, String name) {
        try {
            var method = policy.getDeclaredMethod(name);
            method.setAccessible(true);
            return (int) method.invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
