using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Backups;

public sealed record BackupRow(string Name, long Bytes, DateTimeOffset MadeAt);

/// <summary>Backups of a tenant's SQLite database while the portal goes on. The master key and the keys of the audit log are not in them.</summary>
public sealed class BackupService(CurrentTenant tenant, IOptions<BackupSettings> settings, TimeProvider clock)
{
    private const string Stamp = "yyyyMMdd-HHmmss";

    /// <summary>Makes one, checks it, and removes the oldest beyond those that are kept. What a dead server left unfinished goes, too.</summary>
    public async Task MakeAsync(JobLog log, CancellationToken cancel)
    {
        var (name, source, folder) = (tenant.Tenant.Name, FileOf(tenant.Tenant), Folder);
        Directory.CreateDirectory(folder);
        foreach (var left in Directory.EnumerateFiles(folder, $"{name}-*{BackupFile.Unfinished}*"))
            File.Delete(left);

        var (needed, free) = (new[] { source, source + "-wal" }.Where(File.Exists).Sum(file => new FileInfo(file).Length), new DriveInfo(folder).AvailableFreeSpace);
        log.Say($"The database has {Size(needed)}; {Size(free)} are free in {folder}.");
        if (free < needed + needed / 10)
            throw new IOException($"There is too little room for a backup: {Size(needed)} are needed, {Size(free)} are free in {folder}.");

        var target = Path.Combine(folder, $"{name}-{clock.GetUtcNow().ToString(Stamp, CultureInfo.InvariantCulture)}.db");
        await Task.Run(() => BackupFile.Copy(source, target + BackupFile.Unfinished), cancel);
        log.Say("Copied.");
        if (await Task.Run(() => BackupFile.FindProblem(target + BackupFile.Unfinished), cancel) is { } problem)
            throw new InvalidDataException($"The copy is not sound: {problem}");
        File.Move(target + BackupFile.Unfinished, target, overwrite: true);

        var kept = Files();
        foreach (var old in kept.Skip(settings.Value.Keep))
        {
            File.Delete(Path.Combine(folder, old.Name));
            log.Say($"Removed {old.Name}.");
        }
        log.Conclude($"Made {Path.GetFileName(target)} with {Size(new FileInfo(target).Length)}, and checked it.");
    }

    /// <summary>The backups of this tenant, the newest first; nothing without <see cref="Permission.JobsView"/> or on another database.</summary>
    public IReadOnlyList<BackupRow> List(Actor actor) => actor.Can(Permission.JobsView) && tenant.Tenant.Provider == DatabaseProvider.Sqlite ? Files() : [];

    public string Folder => Path.GetFullPath(settings.Value.Folder);

    internal static string FileOf(Tenant tenant) => Path.GetFullPath(new SqliteConnectionStringBuilder(tenant.ConnectionString).DataSource);

    public static string Size(long bytes) => bytes switch
    {
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KB"),
        < 1024L * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024):0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024 * 1024):0.00} GB"),
    };

    // The name of another tenant may begin with this one's.
    private List<BackupRow> Files() => !Directory.Exists(Folder) ? [] :
        [.. from file in new DirectoryInfo(Folder).EnumerateFiles($"{tenant.Tenant.Name}-*.db")
            let made = file.Name[(tenant.Tenant.Name.Length + 1)..^3]
            where DateTimeOffset.TryParseExact(made, Stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
            orderby made descending
            select new BackupRow(file.Name, file.Length, DateTimeOffset.ParseExact(made, Stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal))];
}
