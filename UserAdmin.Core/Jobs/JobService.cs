using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Jobs;

/// <summary>What administrators do about jobs. Changes hold on every server at its next look, seconds later. Everything refuses with <c>not_allowed</c> or <c>job.not_found</c>.</summary>
public sealed class JobService(UserAdminDbContext db, JobBook book, JobRunner runner, CurrentTenant tenant, TimeProvider clock)
{
    /// <summary>Starts it at once, on this server, and gives back the id of the run. What can't be undone asks for a reason and a fresh sign-in.</summary>
    public async Task<Result<Guid>> RunNowAsync(string code, string? reason, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.JobsManage))
            return await db.DenyAsync(actor, Permission.JobsManage, null, clock, cancel);
        if (book.Find(code, tenant.Tenant) is not { } job)
            return JobProblems.NotFound;
        var now = clock.GetUtcNow();
        if (job.IsDrastic && actor.NeedsStepUpAt(now))
            return StepUp.Needed;
        if ((job.IsDrastic || !string.IsNullOrWhiteSpace(reason)) && UserLifecycle.RefuseReason(reason ?? "") is { } bad)
            return bad;

        var run = runner.NewRun(job, new(now, JobTrigger.ByHand), actor);
        try
        {
            var claimed = await db.WriteAsync(async () =>
            {
                if (await db.JobRuns.AnyAsync(r => r.Job == code && r.Outcome == JobOutcome.Running, cancel))
                    return JobProblems.IsRunning;
                db.JobRuns.Add(run);
                db.Record(AuditAction.JobStarted, actor, new(run.Id, job.Title), now, reason: string.IsNullOrWhiteSpace(reason) ? null : Text.Squeeze(reason));
                await db.SaveChangesAsync(cancel);
                return Result.Ok;
            }, cancel);
            if (!claimed.Succeeded)
                return claimed.Problem;
        }
        catch (DbUpdateException)
        {
            // Another server was quicker by a moment.
            return JobProblems.IsRunning;
        }
        _ = runner.Begin(tenant.Tenant, job, run);
        return run.Id;
    }

    public Task<Result> PauseAsync(string code, Guid? stamp, Actor actor, CancellationToken cancel) =>
        ChangeAsync(code, stamp, AuditAction.JobPaused, actor, schedule => schedule.IsPaused = true, cancel);

    public Task<Result> ResumeAsync(string code, Guid? stamp, Actor actor, CancellationToken cancel) =>
        ChangeAsync(code, stamp, AuditAction.JobResumed, actor, schedule => schedule.IsPaused = false, cancel);

    /// <summary>Problems: values that can't be, an expression that is never or too often due, changed by somebody else since <paramref name="stamp"/> (null: nobody had changed it).</summary>
    public async Task<Result> ScheduleAsync(string code, JobScheduleForm form, Guid? stamp, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.JobsManage))
            return await db.DenyAsync(actor, Permission.JobsManage, null, clock, cancel);
        return Refuse(form, clock.GetUtcNow()) is { } bad ? bad : await ChangeAsync(code, stamp, AuditAction.JobScheduleChanged, actor, schedule => (schedule.Cron, schedule.TimeZone) = (form.Cron, form.TimeZone), cancel);
    }

    /// <summary>Back to the timetable that the job comes with.</summary>
    public Task<Result> ResetAsync(string code, Guid? stamp, Actor actor, CancellationToken cancel) =>
        ChangeAsync(code, stamp, AuditAction.JobScheduleChanged, actor, schedule => (schedule.Cron, schedule.TimeZone) = (null, "UTC"), cancel);

    /// <summary>What keeps the form from being saved, or null.</summary>
    public static Problem? Refuse(JobScheduleForm form, DateTimeOffset now)
    {
        List<ValidationResult> refused = [];
        if (!Validator.TryValidateObject(form, new(form), refused, validateAllProperties: true))
            return new(ProblemKind.Invalid, "job.invalid", refused[0].ErrorMessage!, refused[0].MemberNames.FirstOrDefault());
        return JobTimes.Read(form.Cron, form.TimeZone)?.NextAfter(now, 3) is not { Count: > 0 } next ? JobProblems.NeverAgain
            : next.Zip(next.Skip(1)).Any(pair => pair.Second - pair.First < TimeSpan.FromMinutes(1)) ? JobProblems.TooOften
            : null;
    }

    private async Task<Result> ChangeAsync(string code, Guid? stamp, AuditAction action, Actor actor, Action<JobSchedule> change, CancellationToken cancel)
    {
        if (!actor.Can(Permission.JobsManage))
            return await db.DenyAsync(actor, Permission.JobsManage, null, clock, cancel);
        if (book.Find(code, tenant.Tenant) is not { } job)
            return JobProblems.NotFound;
        var now = clock.GetUtcNow();
        try
        {
            return await db.WriteAsync(async () =>
            {
                var schedule = await db.JobSchedules.SingleOrDefaultAsync(s => s.Job == code, cancel);
                if (schedule?.Stamp != stamp)
                    return JobProblems.Changed;
                var before = Words(job, schedule);
                if (schedule is null)
                    db.JobSchedules.Add(schedule = new() { Job = code, TimeZone = "UTC" });
                change(schedule);
                (schedule.ChangedAt, schedule.Stamp) = (now, Ids.New());
                db.Record(action, actor, new(null, job.Title), now, before == Words(job, schedule) ? [] : [new("Schedule", before, Words(job, schedule))]);
                await db.SaveChangesAsync(cancel);
                return Result.Ok;
            }, cancel);
        }
        catch (DbUpdateException)
        {
            return JobProblems.Changed;
        }
    }

    private static string Words(JobDefinition job, JobSchedule? schedule) => JobTimes.Of(job, schedule) is var times ? $"{CronWords.Of(times.Cron)} ({times.Zone.Id})" : "";
}
