using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Audit.Proof;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Audit.Verification;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Audit;

/// <summary>What shows that the audit log was not altered: checks, seals, checkpoints and proofs.</summary>
internal static class AuditProofApi
{
    private const string Verification = "/api/v1/audit/verification";

    public static void MapAuditProofApi(this RouteGroupBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("Audit proof");
        audit.MapGet("/verification", FindAsync).Needs(Permission.AuditVerify).Answers<VerificationView>()
            .Describe("get_audit_verification", "See how a check stands", "The check that runs on this server, or the last one since it was started; `state` is none when there was none.");
        audit.MapPost("/verification", StartAsync).Needs(Permission.AuditVerify).Answers<VerificationView>(StatusCodes.Status202Accepted)
            .Describe("start_audit_verification", "Check the log", "Starts a check of the whole log in the background, or leaves the one that runs alone. It is compared with the checkpoints and the fingerprint that are sent along, if any.");
        audit.MapDelete("/verification", CancelAsync).Needs(Permission.AuditVerify).AnswersNothing()
            .Describe("cancel_audit_verification", "Cancel the check", "Stops the check that runs; nothing happens when there is none.");
        audit.MapGet("/seals", FindSealsAsync).Needs(Permission.AuditVerify).Answers<SealingView>()
            .Describe("get_audit_seals", "See how sealing stands", "How many events of each stream are sealed and wait, and the keys that sign.");
        audit.MapPost("/seals", SealAsync).Needs(Permission.AuditVerify).Answers<SealedView>()
            .Describe("seal_audit_events", "Seal what waits", "Seals the events that wait for it, which otherwise happens every minute.");
        audit.MapGet("/checkpoints", ListAsync).Needs(Permission.AuditVerify).Answers<Paged<CheckpointView>>()
            .Describe("list_audit_checkpoints", "List checkpoints", "Signed statements of how far the log goes, newest first. Keep them elsewhere.");
        audit.MapPost("/checkpoints", MakeAsync).Needs(Permission.AuditVerify).Answers<MadeCheckpointsView>(StatusCodes.Status201Created)
            .Describe("make_audit_checkpoint", "Make a checkpoint", "Seals what waits and makes a checkpoint of each stream.");
        audit.MapGet("/proof", LookAsync).Needs(Permission.AuditVerify).Answers<ProofPlanView>()
            .Describe("plan_audit_proof", "See what a proof would hold", "How many events and seals a range has, without taking it.");
        audit.MapPost("/proof", TakeAsync).Needs(Permission.AuditExport).Produces(StatusCodes.Status200OK, contentType: "application/zip")
            .Describe("take_audit_proof", "Download a proof", "A ZIP file with the events of the range, what seals them, and programs that check it without the portal. Needs `audit.verify` as well.");
    }

    private static async Task<IResult> FindAsync(HttpContext http, VerificationDesk desk, Caller caller, CancellationToken cancel)
    {
        var found = await desk.FindAsync(caller, cancel);
        return found.Succeeded ? ApiAnswers.Json(VerificationView.Of(found.Value)) : ApiAnswers.Refuse(http, found.Problem);
    }

    private static async Task<IResult> StartAsync(HttpContext http, Body<AuditCheckBody> body, VerificationDesk desk, Caller caller, CancellationToken cancel)
    {
        var started = await desk.StartAsync(new(body.Value.Checkpoints, body.Value.Fingerprint), caller, cancel);
        if (!started.Succeeded)
            return ApiAnswers.Refuse(http, started.Problem);
        http.Response.Headers.Location = ApiLists.Absolute(http, Verification);
        return ApiAnswers.Json(VerificationView.Of((await desk.FindAsync(caller, cancel)).Value), StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> CancelAsync(HttpContext http, VerificationDesk desk, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await desk.CancelAsync(caller, cancel));

    private static async Task<IResult> FindSealsAsync(HttpContext http, SealingStates states, Caller caller, CancellationToken cancel)
    {
        var found = await states.FindAsync(caller, cancel);
        return found.Succeeded ? ApiAnswers.Json(SealingView.Of(found.Value)) : ApiAnswers.Refuse(http, found.Problem);
    }

    private static async Task<IResult> SealAsync(HttpContext http, AuditSealer sealer, Caller caller, CancellationToken cancel)
    {
        var made = await sealer.SealAsync(caller.Actor, cancel);
        return made.Succeeded ? ApiAnswers.Json(new SealedView(made.Value)) : ApiAnswers.Refuse(http, made.Problem);
    }

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, AuditCheckpoints checkpoints, Caller caller, CancellationToken cancel)
    {
        if (query.Refuse(http) is { } refused)
            return refused;
        var found = await checkpoints.ListAsync(ListQuery.FurthestRow, caller, cancel);
        return found.Succeeded ? ApiLists.Answer(http, query, found.Value, CheckpointView.Of) : ApiAnswers.Refuse(http, found.Problem);
    }

    private static async Task<IResult> MakeAsync(HttpContext http, AuditCheckpoints checkpoints, Caller caller, CancellationToken cancel)
    {
        var made = await checkpoints.MakeAsync(caller.Actor, cancel);
        return made.Succeeded
            ? ApiAnswers.Created(http, "/api/v1/audit/checkpoints", new MadeCheckpointsView([.. made.Value.Select(note => new MadeCheckpointView(note.SealId, note.Rows, note.ShortFingerprint, note.ToString()))]))
            : ApiAnswers.Refuse(http, made.Problem);
    }

    private static async Task<IResult> LookAsync(HttpContext http, [AsParameters] ProofQuery range, AuditProof proof, Caller caller, CancellationToken cancel)
    {
        var (stream, wrong) = ApiWord.Read<AuditStream>(range.Stream, "stream");
        if (wrong is not null)
            return ApiAnswers.Refuse(http, wrong);
        var plan = await proof.LookAsync(new(range.From, range.To, stream, range.FirstSeq, range.LastSeq), caller, cancel);
        return plan.Succeeded ? ApiAnswers.Json(new ProofPlanView(plan.Value.Events, plan.Value.Seals)) : ApiAnswers.Refuse(http, plan.Problem);
    }

    private static async Task<IResult> TakeAsync(HttpContext http, Body<ProofBody> body, AuditProof proof, Caller caller, CancellationToken cancel)
    {
        var plan = await proof.StartAsync(new(body.Value.From, body.Value.To, body.Value.Stream, body.Value.FirstSeq, body.Value.LastSeq), caller, cancel);
        if (!plan.Succeeded)
            return ApiAnswers.Refuse(http, plan.Problem);
        // The zip writes the last bytes of each file, a few hundred, while it closes it, and that has no asynchronous form.
        http.Features.Get<IHttpBodyControlFeature>()?.AllowSynchronousIO = true;
        return Results.Stream(stream => proof.WriteAsync(plan.Value, stream, null, http.RequestAborted), "application/zip", string.Create(CultureInfo.InvariantCulture, $"audit-proof-{plan.Value.MadeAt:yyyyMMdd-HHmmss}.zip"));
    }
}

internal enum VerificationWord { None, Running, Done, Cancelled, Failed }

internal sealed class AuditCheckBody
{
    [StringLength(60_000), Description("Checkpoints that were kept elsewhere, as text.")]
    public string? Checkpoints { get; set; }

    [StringLength(200), Description("The fingerprint of the first key: 64 digits.")]
    public string? Fingerprint { get; set; }
}

internal sealed class ProofQuery
{
    [FromQuery(Name = "from"), Description("Events from this instant on.")]
    public DateTimeOffset? From { get; set; }

    [FromQuery(Name = "to"), Description("Events before this instant.")]
    public DateTimeOffset? To { get; set; }

    [FromQuery(Name = "stream"), Description("security, routine or legal; all when it is left out.")]
    public string? Stream { get; set; }

    [FromQuery(Name = "first_seq")]
    public long? FirstSeq { get; set; }

    [FromQuery(Name = "last_seq")]
    public long? LastSeq { get; set; }
}

internal sealed class ProofBody
{
    [Description("Events from this instant on; everything when all fields are left out.")]
    public DateTimeOffset? From { get; set; }

    public DateTimeOffset? To { get; set; }
    public AuditStream? Stream { get; set; }

    [Description("The first number within the stream.")]
    public long? FirstSeq { get; set; }

    public long? LastSeq { get; set; }
}

internal sealed record FindingView(AuditCheck Check, FindingKind Kind, AuditStream? Stream, long? FirstSeq, long? LastSeq, string Sentence);

internal sealed record VerificationView(VerificationWord State, string? StartedBy, DateTimeOffset? StartedAt, long Done, long Total, bool? IsIntact, string? Verdict, IReadOnlyList<FindingView> Findings, IReadOnlyList<string> Intact)
{
    public static VerificationView Of(VerificationRun? run) => run is null ? new(VerificationWord.None, null, null, 0, 0, null, null, [], []) : new(
        run.State switch { VerificationState.Running => VerificationWord.Running, VerificationState.Done => VerificationWord.Done, VerificationState.Cancelled => VerificationWord.Cancelled, _ => VerificationWord.Failed },
        run.StartedBy, run.StartedAt, run.Progress.Done, run.Progress.Total, run.Report?.IsGreen, run.Report?.Verdict,
        [.. (run.Report?.Findings ?? []).Select(finding => new FindingView(finding.Check, finding.Kind, finding.Stream, finding.FirstSeq, finding.LastSeq, finding.Sentence))], [.. run.Report?.Intact ?? []]);
}

internal sealed record StreamView(AuditStream Stream, long Seals, long Events, long Waiting, DateTimeOffset? SealedAt);

internal sealed record SigningKeyView(string KeyId, string Fingerprint, DateTimeOffset From, DateTimeOffset? Until, bool IsEndorsed);

/// <summary>How sealing stands; <paramref name="Problem"/> is a sentence when something is wrong.</summary>
internal sealed record SealingView(IReadOnlyList<StreamView> Streams, IReadOnlyList<SigningKeyView> Keys, bool HasKey, string? FirstFingerprint, string? Problem)
{
    public static SealingView Of(SealingState state) => new(
        [.. state.Streams.Select(stream => new StreamView(stream.Stream, stream.Seals, stream.Events, stream.Unsealed, stream.SealedAt))],
        [.. state.Keys.Select(key => new SigningKeyView(key.KeyId, key.Fingerprint, key.From, key.Until, key.IsEndorsed))], state.HasKey, state.FirstFingerprint, state.Problem);
}

internal sealed record SealedView(long Events);

internal sealed record CheckpointView(Guid Id, AuditStream Stream, long SealId, long Events, string Note, DateTimeOffset MadeAt)
{
    public static CheckpointView Of(AuditCheckpoint checkpoint) => new(checkpoint.Id, checkpoint.Stream, checkpoint.SealId, checkpoint.Rows, checkpoint.Note, checkpoint.MadeAt);
}

internal sealed record MadeCheckpointView(long SealId, long Events, string Fingerprint, string Note);

internal sealed record MadeCheckpointsView(IReadOnlyList<MadeCheckpointView> Checkpoints);

internal sealed record ProofPlanView(long Events, long Seals);
