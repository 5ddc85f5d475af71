using System.Globalization;

namespace UserAdmin.Bench;

/// <summary>What Linux knows of processes and of the machine.</summary>
internal static class Proc
{
    private const double MillisecondsPerTick = 10;   // sysconf(_SC_CLK_TCK) is 100 on every Linux there is

    public static double CpuMilliseconds(int process) => Fields(process) is { } fields ? (Number(fields[11]) + Number(fields[12])) * MillisecondsPerTick : 0;

    /// <summary>A process, those it started, and those of them that have ended.</summary>
    public static double CpuMillisecondsOfFamily(int parent)
    {
        if (Fields(parent) is not { } own)
            return 0;
        var ticks = Number(own[11]) + Number(own[12]) + Number(own[13]) + Number(own[14]);
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), out var id) && Fields(id) is { } fields && Number(fields[1]) == parent)
                ticks += Number(fields[11]) + Number(fields[12]);
        return ticks * MillisecondsPerTick;
    }

    public static string Machine()
    {
        string First(string file, string name) =>
            File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal)).Split([':', '='], 2)[1].Trim().Trim('"');
        var memory = Number(First("/proc/meminfo", "MemTotal").Split(' ')[0]) / 1024 / 1024;
        return $"{First("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} cores, {memory} GB, {First("/etc/os-release", "PRETTY_NAME")}, .NET {Environment.Version}";
    }

    public static string LoadAverage() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    // Fields of /proc/PID/stat after the name in brackets, which may hold spaces: [0] state, [1] parent, [11] user and [12] system time.
    private static string[]? Fields(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
