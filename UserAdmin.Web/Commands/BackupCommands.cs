using UserAdmin.Core.Backups;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Web.Commands;

/// <summary>Backups from the command line.</summary>
internal static class BackupCommands
{
    public static async Task<string?> MakeAsync(WebApplication app, IConfiguration options)
    {
        var tenants = app.Services.GetRequiredService<TenantDirectory>();
        if (tenants.Default.Provider != DatabaseProvider.Sqlite)
            return "This command is for SQLite. docs/operations.md says how other databases are backed up; './run backup-done' notes that it was done.";
        if (options["tenant"] is { Length: > 0 } && await TenantCommands.FindAsync(app, options) is null)
            return TenantCommands.NoSuchTenant(options);
        foreach (var tenant in await tenants.ActiveAsync(CancellationToken.None))
            if (options["tenant"] is not { Length: > 0 } only || only == tenant.Name)
                try
                {
                    await using var scope = TenantCommands.OpenScope(app, tenant);
                    var log = new JobLog(app.Services.GetRequiredService<TimeProvider>());
                    await scope.ServiceProvider.GetRequiredService<BackupService>().MakeAsync(log, CancellationToken.None);
                    Console.WriteLine(log.Summary);
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
                {
                    return $"The backup of {tenant.Name} failed: {failure.Message}";
                }
        return null;
    }

    /// <summary>Before anything is migrated: the database to be replaced may be one that can't be opened.</summary>
    public static async Task<string?> RestoreAsync(WebApplication app, IConfiguration options)
    {
        if (options["from"] is not { Length: > 0 } file)
            return "Say which: ./run restore --from FILE [--tenant NAME]";
        var tenants = app.Services.GetRequiredService<TenantDirectory>();
        var wanted = options["tenant"] is { Length: > 0 } name ? name : Tenant.HostName;
        var tenant = wanted == Tenant.HostName ? tenants.Default : (await tenants.AllAsync(CancellationToken.None)).FirstOrDefault(each => each.Name == wanted);
        if (tenant is null)
            return TenantCommands.NoSuchTenant(options);
        var restored = await app.Services.GetRequiredService<Restore>().RunAsync(tenant, file, CancellationToken.None);
        if (restored.Succeeded)
            Console.WriteLine($"Restored. Everybody has to sign in again. The database that was there is kept as {restored.Value}.");
        return restored.Problem?.Message;
    }

    public static async Task<string?> NoteAsync(WebApplication app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var noted = await scope.ServiceProvider.GetRequiredService<BackupNotes>().NoteAsync(Actor.System, CancellationToken.None);
        if (noted.Succeeded)
            Console.WriteLine("Noted.");
        return noted.Problem?.Message;
    }
}
