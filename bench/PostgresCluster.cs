using System.Diagnostics;
using System.Globalization;

namespace UserAdmin.Bench;

/// <summary>A PostgreSQL of our own on the loopback. Its data stays in the data folder; the server stops with the bench.</summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    // What any installation for a million rows would set; durability stays at its defaults.
    private const string Settings = "-c shared_buffers=1GB -c effective_cache_size=4GB -c random_page_cost=1.1 -c work_mem=16MB -c max_wal_size=4GB -c maintenance_work_mem=512MB";

    private readonly string folder;
    private readonly int port;
    private bool stopped;

    private PostgresCluster(string folder, int port) => (this.folder, this.port) = (folder, port);

    public static string Description => $"PostgreSQL with {Settings.Replace("-c ", "", StringComparison.Ordinal)}";

    private int Postmaster => int.Parse(File.ReadLines($"{folder}/postmaster.pid").First(), CultureInfo.InvariantCulture);

    public static async Task<PostgresCluster> StartAsync(string dataFolder)
    {
        var folder = Path.Combine(dataFolder, "postgres");
        var cluster = new PostgresCluster(folder, Server.FreePort());
        if (!File.Exists($"{folder}/PG_VERSION"))
        {
            Directory.CreateDirectory(folder);
            if (Environment.UserName == "root")
                await RunAsync("chown", "postgres", folder);
            await ToolAsync("initdb", "-D", folder, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8");
        }
        await ToolAsync("pg_ctl", "-D", folder, "-w", "-t", "60", "-l", $"{folder}/log", "-o",
            $"-c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -p {cluster.port} {Settings}", "start");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.DisposeAsync().AsTask().Wait();
        return cluster;
    }

    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={port};Username=postgres;Database={database};Maximum Pool Size=30";

    public double CpuMilliseconds() => Proc.CpuMillisecondsOfFamily(Postmaster);

    public async ValueTask DisposeAsync()
    {
        if (!stopped)
            await ToolAsync("pg_ctl", "-D", folder, "-w", "-m", "fast", "stop");
        stopped = true;
    }

    // PostgreSQL refuses to run as root.
    private static Task ToolAsync(string tool, params string[] arguments)
    {
        var path = Directory.GetDirectories("/usr/lib/postgresql").Order().Last() + "/bin/" + tool;
        return Environment.UserName == "root"
            ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments])
            : RunAsync(path, arguments);
    }

    // Its working folder must be one that the user postgres may enter. No pipe: the server would inherit it and hold it open.
    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null", program, program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
