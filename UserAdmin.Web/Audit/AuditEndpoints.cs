using System.Text;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.Audit;

/// <summary>Checkpoints as a file to keep elsewhere.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this WebApplication app) =>
        app.MapGet("/audit/checkpoints.txt", async (HttpContext http, AuditCheckpoints checkpoints, CurrentActor current, CancellationToken cancel) =>
            await current.FindAsync(http, cancel) is { } actor && await checkpoints.TextAsync(actor, cancel) is { Succeeded: true } text
                ? Results.File(Encoding.UTF8.GetBytes(text.Value), "text/plain; charset=utf-8", "audit-checkpoints.txt")
                : Results.NotFound()).RequireAuthorization();
}
