using System.Text.Json;

namespace UserAdmin.Bench;

internal sealed record SqlCommand(double Milliseconds, string Sql, IReadOnlyDictionary<string, string> Parameters);

/// <summary>Counts the SQL commands of page views on a portal of its own with the spy inside, so that the timed one stays as it is delivered.</summary>
internal static class SqlCount
{
    private const int Views = 5;

    /// <summary>The median over a few views of each page, after one that fills caches. The commands themselves go to a file, slowest page first.</summary>
    public static async Task<Dictionary<string, int>> RunAsync(Database database, string folder, Func<Server, Task<IReadOnlyList<Target>>> targets)
    {
        var spyFile = Path.Combine(folder, $"{database.FileName}.spy");
        File.Delete(spyFile);
        await using var server = await Portal.StartSpiedAsync(database, folder, spyFile);
        var views = new List<(string Name, List<SqlCommand> Commands)>();
        foreach (var target in await targets(server))
        {
            await target.Send(0);
            var counted = new List<List<SqlCommand>>();
            for (var i = 1; i <= Views; i++)
            {
                await Task.Delay(30);
                var before = Lines(spyFile).Count;
                await target.Send(i);
                await Task.Delay(30);
                counted.Add([.. Lines(spyFile).Skip(before).Select(line => JsonSerializer.Deserialize<SqlCommand>(line)!)]);
            }
            views.Add((target.Name, counted.OrderBy(commands => commands.Count).ElementAt(Views / 2)));
        }
        Write(Path.Combine(folder, $"{database.FileName}.sql.txt"), views);
        return views.ToDictionary(view => view.Name, view => view.Commands.Count);
    }

    private static List<string> Lines(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static void Write(string file, List<(string Name, List<SqlCommand> Commands)> views)
    {
        using var text = new StreamWriter(file);
        foreach (var (name, commands) in views.OrderByDescending(view => view.Commands.Sum(command => command.Milliseconds)))
        {
            text.WriteLine($"=== {name}: {commands.Count} commands, {commands.Sum(command => command.Milliseconds):0.0} ms");
            foreach (var command in commands)
                text.WriteLine($"--- {command.Milliseconds} ms  {string.Join(", ", command.Parameters.Select(p => $"{p.Key}={p.Value}"))}\n{command.Sql}");
        }
    }
}
