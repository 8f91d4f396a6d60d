package payment

import "github.com/prometheus/client_golang/prometheus"

// metrics count what the service decides. The gauges of what waits are not among them: they are read
// from the database when they are asked for, see models.Backlog.
type metrics struct {
	payments *prometheus.CounterVec // paid trades, by outcome and source
	messages *prometheus.CounterVec // messages that booked nothing, by source, verdict and reason
}

func newMetrics(registry prometheus.Registerer) metrics {
	m := metrics{
		payments: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "luffy_payments_total", Help: "Paid trades that reached the shop, by what became of them.",
		}, []string{"outcome", "source"}),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "luffy_alipay_messages_total", Help: "Messages of Alipay, or in its name, that booked no payment.",
		}, []string{"source", "verdict", "reason"}),
	}
	if registry != nil {
		registry.MustRegister(m.payments, m.messages)
	}
	return m
}
