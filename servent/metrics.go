package servent

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"servent/servent/api"
)

// scrapeTimeout bounds how long a scrape waits for the loop.
const scrapeTimeout = 5 * time.Second

// The metrics of a servent, all read off its [api.Status]; beside them stand those
// of the Go runtime and of the process, which tell of leaks.
var (
	metricMessages = prometheus.NewDesc("servent_messages_total",
		"Messages by type and what became of them: received, sent, fresh, improved, duplicate.", []string{"type", "verdict"}, nil)
	metricDropped = prometheus.NewDesc("servent_dropped_total",
		"Messages dropped, by reason.", []string{"reason"}, nil)
	metricAnswers = prometheus.NewDesc("servent_answers_total",
		"Queries of others by what became of them here: asked (looked up), answered (a file was found), cut (more files than an answer holds), stopped (by the work that one query may cost).", []string{"verdict"}, nil)
	metricLinks = prometheus.NewDesc("servent_links",
		"Neighbours.", nil, nil)
	metricLimited = prometheus.NewDesc("servent_links_limited",
		"Neighbours that are read more slowly, since they bring too much that is useless.", nil, nil)
	metricEnded = prometheus.NewDesc("servent_links_ended_total",
		"Links that have ended, by reason.", []string{"reason"}, nil)
	metricRefused = prometheus.NewDesc("servent_links_refused_total",
		"Links, streams and connections that others wanted and did not get, by reason.", []string{"reason"}, nil)
	metricFiles = prometheus.NewDesc("servent_shared_files",
		"Files that can be found.", nil, nil)
	metricBytes = prometheus.NewDesc("servent_shared_bytes",
		"Bytes of the files that can be found.", nil, nil)
	metricHashingFiles = prometheus.NewDesc("servent_hashing_files",
		"Files still to be hashed, before which they cannot be found.", nil, nil)
	metricHashingBytes = prometheus.NewDesc("servent_hashing_bytes",
		"Bytes still to be hashed.", nil, nil)
	metricProblems = prometheus.NewDesc("servent_unshared_paths",
		"Files and folders that cannot be shared.", nil, nil)
	metricTransfers = prometheus.NewDesc("servent_transfers",
		"Files on their way, by direction.", []string{"direction"}, nil)
	metricUploaded = prometheus.NewDesc("servent_uploaded_bytes_total",
		"Bytes of files that were sent to others.", nil, nil)
	metricUptime = prometheus.NewDesc("servent_uptime_seconds",
		"Seconds since the start.", nil, nil)
)

// collector reads the status when it is scraped.
type collector struct{ s *Servent }

// metrics answers with the metrics in Prometheus' text format.
func (s *Servent) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{s}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// Describe sends the descriptions of all metrics.
func (collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{metricMessages, metricDropped, metricAnswers, metricLinks, metricLimited, metricEnded, metricRefused, metricFiles, metricBytes,
		metricHashingFiles, metricHashingBytes, metricProblems, metricTransfers, metricUploaded, metricUptime} {
		out <- d
	}
}

// Collect sends the metrics as they are now; none of a servent that has
// stopped.
func (c collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	status, err := c.s.Status(ctx)
	if err != nil {
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	count := func(d *prometheus.Desc, v uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	for _, m := range status.Messages {
		count(metricMessages, m.Received, m.Type, "received")
		count(metricMessages, m.Sent, m.Type, "sent")
		count(metricMessages, m.Fresh, m.Type, "fresh")
		count(metricMessages, m.Improved, m.Type, "improved")
		count(metricMessages, m.Duplicate, m.Type, "duplicate")
	}
	for _, d := range status.Dropped {
		count(metricDropped, d.Count, d.Reason)
	}
	count(metricAnswers, status.Answers.Asked, "asked")
	count(metricAnswers, status.Answers.Answered, "answered")
	count(metricAnswers, status.Answers.Cut, "cut")
	count(metricAnswers, status.Answers.Stopped, "stopped")
	gauge(metricLinks, float64(status.Links))
	gauge(metricLimited, float64(status.Limited))
	for _, d := range status.Ended {
		count(metricEnded, d.Count, d.Reason)
	}
	for _, d := range status.Refused {
		count(metricRefused, d.Count, d.Reason)
	}
	gauge(metricFiles, float64(status.Library.Files))
	gauge(metricBytes, float64(status.Library.Bytes))
	gauge(metricHashingFiles, float64(status.Library.Hashing))
	gauge(metricHashingBytes, float64(bytesLeft(status.Library)))
	gauge(metricProblems, float64(status.Library.Problems))
	count(metricUploaded, uint64(status.Uploaded))
	gauge(metricUptime, status.Uptime)
	for direction, n := range byDirection(status.Transfers) {
		gauge(metricTransfers, n, direction)
	}
}

func bytesLeft(library api.Library) int64 {
	if library.Progress == nil {
		return 0
	}
	return library.Progress.BytesLeft()
}

func byDirection(transfers []api.Transfer) map[string]float64 {
	n := map[string]float64{"up": 0, "down": 0}
	for _, t := range transfers {
		n[t.Direction]++
	}
	return n
}
