using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit.Proof;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Audit.Retention;

/// <summary>Keeps what is about to go as a proof in a folder, when one is configured. What can't be kept isn't removed.</summary>
public sealed class RetentionArchive(AuditProof proof, CurrentTenant tenant, IOptions<AuditSettings> settings, TimeProvider clock)
{
    /// <summary>The name of the file; null when nothing is kept.</summary>
    public async Task<string?> KeepAsync(AuditStream stream, long first, long last, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(settings.Value.ArchiveFolder))
            return null;
        var planned = await proof.PlanAsync(new(Stream: stream, FirstSeq: first, LastSeq: last), cancel);
        if (!planned.Succeeded)
            throw new InvalidOperationException(planned.Problem.Message);
        Directory.CreateDirectory(settings.Value.ArchiveFolder);
        var name = $"{tenant.Tenant.Name}-{stream.ToString().ToLowerInvariant()}-{first}-{last}-{clock.GetUtcNow():yyyyMMddHHmmss}.zip";
        // Under another name until it is whole: a killed run leaves nothing that looks like an archive. It is always the same name, so that the next run writes over what was left.
        var part = Path.Combine(settings.Value.ArchiveFolder, $"{tenant.Tenant.Name}-{stream.ToString().ToLowerInvariant()}.part");
        await using (var file = new FileStream(part, FileMode.Create, FileAccess.Write))
        {
            await proof.WriteAsync(planned.Value, file, null, cancel);
            file.Flush(flushToDisk: true);
        }
        File.Move(part, Path.Combine(settings.Value.ArchiveFolder, name), overwrite: true);
        return name;
    }
}
