using UserAdmin.Core.Common;

namespace UserAdmin.Core.Jobs;

public static class JobProblems
{
    // Shown on pages of administration only, which are in English.
    public static Problem NotFound => new(ProblemKind.NotFound, "job.not_found", "There is no such job.");
    public static Problem IsRunning => new(ProblemKind.Conflict, "job.running", "The job is running already.");
    public static Problem Changed => new(ProblemKind.Conflict, "job.changed", "Somebody else changed this job meanwhile. It is shown anew; make your change again.");
    public static Problem NeverAgain => new(ProblemKind.Invalid, "job.never", "By this expression the job would never run again.", nameof(JobScheduleForm.Expression));
    public static Problem TooOften => new(ProblemKind.Invalid, "job.too_often", "A job runs once a minute at most: the first field is one number of seconds.", nameof(JobScheduleForm.Expression));
}
