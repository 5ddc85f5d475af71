using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Audit.Proof;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Web.FeatureFlags;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.Audit;

/// <summary>The proof as a file, written while it is read.</summary>
internal static class ProofEndpoints
{
    public static void MapProof(this WebApplication app) =>
        app.MapPost("/audit/proof/file", SendAsync).RequireAuthorization(Permission.AuditExport.ToString()).WithMetadata(new ClosedWhileActingAttribute());

    public static ProofRange RangeOf(string kind, DateOnly? from, DateOnly? to, AuditStream? stream, long? first, long? last) => kind switch
    {
        "time" => new(From: StartOf(from), To: StartOf(to?.AddDays(1))),
        "numbers" => new(Stream: stream ?? AuditStream.Security, FirstSeq: first, LastSeq: last),
        _ => ProofRange.Everything,
    };

    private static async Task<IResult> SendAsync(
        HttpContext http, [FromForm] string kind, [FromForm] Guid download, AuditProof proof, ProofProgress downloads, CurrentActor current, CancellationToken cancel,
        [FromForm] string? from = null, [FromForm] string? to = null, [FromForm] AuditStream? stream = null, [FromForm] string? first = null, [FromForm] string? last = null)
    {
        if (await current.FindAsync(http, cancel) is not { UserId: { } owner } actor)
            return Results.NotFound();
        var plan = await proof.StartAsync(RangeOf(kind, Day(from), Day(to), stream, Number(first), Number(last)), actor, cancel);
        if (!plan.Succeeded)
        {
            downloads.Set(owner, download, new(0, 0, IsBroken: true));
            return plan.Problem.Kind switch
            {
                ProblemKind.NotFound => Results.NotFound(),
                ProblemKind.NotAllowed => Results.StatusCode(StatusCodes.Status403Forbidden),
                _ => Results.BadRequest(),
            };
        }
        // The zip writes the last bytes of each file, a few hundred, while it closes it, and that has no asynchronous form.
        http.Features.Get<IHttpBodyControlFeature>()?.AllowSynchronousIO = true;
        return Results.Stream(async stream =>
        {
            var state = new ProofState(0, plan.Value.Events);
            downloads.Set(owner, download, state);
            try
            {
                await proof.WriteAsync(plan.Value, stream, new AtOnce(events => downloads.Set(owner, download, state = state with { Events = events })), http.RequestAborted);
                downloads.Set(owner, download, state with { IsDone = true });
            }
            finally
            {
                if (downloads.Find(owner, download) is { IsDone: false })
                    downloads.Set(owner, download, state with { IsBroken = true });
            }
        }, "application/zip", string.Create(CultureInfo.InvariantCulture, $"audit-proof-{plan.Value.MadeAt:yyyyMMdd-HHmmss}.zip"));
    }

    private static DateTimeOffset? StartOf(DateOnly? day) => day is { } date ? new(date, TimeOnly.MinValue, TimeSpan.Zero) : null;

    private static DateOnly? Day(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day < DateOnly.MaxValue ? day : null;

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // At once, not through the pool of threads: the last report must not come after the end.
    private sealed class AtOnce(Action<long> act) : IProgress<long>
    {
        public void Report(long value) => act(value);
    }
}
