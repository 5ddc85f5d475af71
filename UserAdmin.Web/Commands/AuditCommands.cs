using System.Globalization;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Audit.Verification;
using UserAdmin.Core.Common;

namespace UserAdmin.Web.Commands;

/// <summary>The audit log from the command line.</summary>
internal static class AuditCommands
{
    /// <summary>Prints what the check found; null only when nothing was altered.</summary>
    public static async Task<string?> VerifyAsync(WebApplication app, IConfiguration options)
    {
        if (await TenantCommands.FindAsync(app, options) is not { } tenant)
            return TenantCommands.NoSuchTenant(options);
        string? checkpoints = null;
        if (options["checkpoint"] is { Length: > 0 } path)
        {
            if (!File.Exists(path))
                return $"There is no file {path}.";
            checkpoints = await File.ReadAllTextAsync(path);
            if (CheckpointNote.FindAll(checkpoints).Count == 0)
                return $"There is no checkpoint in {path}.";
        }
        await using var scope = TenantCommands.OpenScope(app, tenant);
        var verified = await scope.ServiceProvider.GetRequiredService<AuditVerification>().VerifyAsync(new(checkpoints, options["fingerprint"]), Actor.System, null, CancellationToken.None);
        if (!verified.Succeeded)
            return verified.Problem.Message;
        Console.WriteLine(verified.Value.ToText());
        return verified.Value.IsGreen ? null : "Look at the lines that begin with an exclamation mark.";
    }

    public static async Task<string?> SealAsync(WebApplication app, IConfiguration options)
    {
        if (await TenantCommands.FindAsync(app, options) is not { } tenant)
            return TenantCommands.NoSuchTenant(options);
        await using var scope = TenantCommands.OpenScope(app, tenant);
        var done = await scope.ServiceProvider.GetRequiredService<AuditSealer>().SealAsync(CancellationToken.None);
        if (done.Succeeded)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done.Value:N0} events were sealed."));
        return done.Problem?.Message;
    }
}
