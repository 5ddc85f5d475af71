using UserAdmin.Core.Jobs;

namespace UserAdmin.Tests.Jobs;

public class TimetableWordsTests
{
    [Theory]
    [InlineData("0 * * * * ?", "Every minute")]
    [InlineData("30 0/1 * * * ?", "Every minute")]
    [InlineData("0 0/5 * * * ?", "Every 5 minutes")]
    [InlineData("0 */15 * * * ?", "Every 15 minutes")]
    [InlineData("0 0 * * * ?", "Every hour, on the hour")]
    [InlineData("0 1 * * * ?", "Every hour, 1 minute past")]
    [InlineData("0 25 * * * ?", "Every hour, 25 minutes past")]
    [InlineData("0 0,20,40 * * * ?", "Every hour at minutes 0, 20 and 40")]
    [InlineData("0 10 0/6 * * ?", "Every 6 hours at minute 10")]
    [InlineData("0 10 1 * * ?", "Every day at 01:10")]
    [InlineData("0 0 6,18 ? * *", "Every day at 06:00 and 18:00")]
    [InlineData("0 30 6 ? * MON-FRI", "Monday to Friday at 06:30")]
    [InlineData("0 30 6 ? * SUN", "Every Sunday at 06:30")]
    [InlineData("0 30 6 ? * 2,4", "Every Monday and Wednesday at 06:30")]
    [InlineData("0 0 7 ? * MON#1", "On the first Monday of every month at 07:00")]
    [InlineData("0 0 7 ? * FRIL", "On the last Friday of every month at 07:00")]
    [InlineData("0 30 3 1 * ?", "On day 1 of every month at 03:30")]
    [InlineData("0 0 12 L * ?", "On the last day of every month at 12:00")]
    [InlineData("0 0 0 24 12 ?", "Every year on 24 December at 00:00")]
    [InlineData("0 0 12 15W * ?", "0 0 12 15W * ?")]
    [InlineData("0 0 0 1 1 ? 2099", "0 0 0 1 1 ? 2099")]
    [InlineData("0/10 * * * * ?", "0/10 * * * * ?")]
    [InlineData("nonsense", "nonsense")]
    public void J2_A_schedule_is_said_in_words(string cron, string words) => Assert.Equal(words, CronWords.Of(cron));

    [Fact]
    public void J2_Every_job_of_the_timetable_is_said_in_words_and_has_a_code_of_its_own()
    {
        Assert.All(Timetable.Jobs, job => Assert.NotEqual(job.Cron, CronWords.Of(job.Cron)));
        Assert.Equal(Timetable.Jobs.Count, Timetable.Jobs.Select(job => job.Code).Distinct().Count());
        Assert.All(Timetable.Jobs, job => Assert.Matches("^[a-z_.]{1,60}$", job.Code));
    }

    [Theory]
    [InlineData("0 0/15 * * * ?")]
    [InlineData("0 * * * * ?")]
    [InlineData("0 25 * * * ?")]
    [InlineData("0 10 1 * * ?")]
    [InlineData("0 30 6 ? * SUN")]
    [InlineData("0 30 3 28 * ?")]
    [InlineData("0 30 3 L * ?")]
    [InlineData("0 30 6 ? * MON-FRI")]
    [InlineData("0 30 3 31 * ?")]
    [InlineData("0 99 88 * * ?")]
    public void J2_The_editor_gives_back_what_it_was_given(string cron) => Assert.Equal(cron, JobScheduleForm.From(cron, "Europe/Berlin").Cron);

    [Theory]
    [InlineData("0 10 1 * * ?", "UTC", null)]
    [InlineData("0 10 1 * * ?", "Atlantis/Capital", "job.invalid")]
    [InlineData("every day", "UTC", "job.invalid")]
    [InlineData("0 0 0 1 1 ? 2001", "UTC", "job.never")]
    [InlineData("0/10 * * * * ?", "UTC", "job.too_often")]
    public void J2_Only_a_timetable_that_can_be_followed_is_taken(string cron, string zone, string? problem) =>
        Assert.Equal(problem, JobService.Refuse(new() { Rhythm = JobRhythm.Expression, Expression = cron, TimeZone = zone }, new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero))?.Code);

    [Fact]
    public void J2_A_time_of_day_is_that_of_its_zone_in_summer_and_in_winter()
    {
        var times = JobTimes.Read("0 0 7 * * ?", "Europe/Berlin")!;

        Assert.Equal(new(2026, 1, 10, 6, 0, 0, TimeSpan.Zero), times.NextAfter(new DateTimeOffset(2026, 1, 10, 0, 0, 0, TimeSpan.Zero))!.Value.ToUniversalTime());
        Assert.Equal(new(2026, 7, 10, 5, 0, 0, TimeSpan.Zero), times.NextAfter(new DateTimeOffset(2026, 7, 10, 0, 0, 0, TimeSpan.Zero))!.Value.ToUniversalTime());
        Assert.Equal(new(2026, 7, 9, 5, 0, 0, TimeSpan.Zero), times.LastUntil(new DateTimeOffset(2026, 7, 10, 4, 59, 0, TimeSpan.Zero))!.Value.ToUniversalTime());
    }
}
