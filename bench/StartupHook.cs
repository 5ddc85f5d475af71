using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Text.Json;

/// <summary>
/// Loaded by the runtime into the portal's process (DOTNET_STARTUP_HOOKS), so that the portal needs no change to be watched: writes each
/// SQL command that EF Core executes as a line of JSON, and the size of the heap after a collection when asked by a file.
/// </summary>
internal static class StartupHook
{
    public const string FileVariable = "USERADMIN_BENCH_SPY";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is not { Length: > 0 } file)
            return;
        DiagnosticListener.AllListeners.Subscribe(new Commands(file));
        new Thread(() => WatchHeap(file + ".heap")) { IsBackground = true }.Start();
    }

    private static void WatchHeap(string file)
    {
        for (; ; Thread.Sleep(200))
            if (File.Exists(file + ".wanted"))
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                GC.Collect();
                File.WriteAllText(file, $"{GC.GetTotalMemory(forceFullCollection: true)}");
                File.Delete(file + ".wanted");
            }
    }

    private sealed class Commands(string file) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        private const string Prefix = "Microsoft.EntityFrameworkCore.Database.Command.";
        private readonly ConcurrentDictionary<object, double> executed = new();
        private readonly StreamWriter lines = new(file, append: true) { AutoFlush = true };

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.EntityFrameworkCore")
                value.Subscribe(this, name => name is Prefix + "CommandExecuted" or Prefix + "DataReaderDisposing");
        }

        // The events' types belong to EF Core, which this assembly does not load: their properties are read by name.
        public void OnNext(KeyValuePair<string, object?> value)
        {
            var data = value.Value!;
            var (command, id) = ((DbCommand)Property(data, "Command"), Property(data, "CommandId"));
            var milliseconds = ((TimeSpan)Property(data, "Duration")).TotalMilliseconds;
            if (value.Key == Prefix + "DataReaderDisposing")
                Write(command, milliseconds + (executed.TryRemove(id, out var before) ? before : 0));
            else if (Property(data, "Result") is DbDataReader)
                executed[id] = milliseconds;
            else
                Write(command, milliseconds);
        }

        private void Write(DbCommand command, double milliseconds)
        {
            var parameters = command.Parameters.Cast<DbParameter>().ToDictionary(parameter => parameter.ParameterName, parameter => $"{parameter.Value}");
            var line = JsonSerializer.Serialize(new { Milliseconds = Math.Round(milliseconds, 3), Sql = command.CommandText, Parameters = parameters });
            lock (lines)
                lines.WriteLine(line);
        }

        private static object Property(object data, string name) => data.GetType().GetProperty(name)!.GetValue(data)!;

        public void OnCompleted() { }

        public void OnError(Exception error) { }
    }
}
